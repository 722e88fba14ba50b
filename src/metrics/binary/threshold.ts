/** A row counts as predicted positive from this score up. */
export const THRESHOLD = 0.5;
