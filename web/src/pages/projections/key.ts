/** The key under which the state of the read models is kept. */
export const PROJECTIONS = ["projections"] as const;
