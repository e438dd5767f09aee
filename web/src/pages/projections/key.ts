/** The query key of the read models' status. */
export const PROJECTIONS = ["projections"] as const;
