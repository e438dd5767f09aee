/** Query key of the user's API tokens. */
export const TOKENS = ["tokens"] as const;
