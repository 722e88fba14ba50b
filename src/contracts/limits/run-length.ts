/** How long a run of a workflow without end may grow before it continues as new. */
export type LongestRun = { readonly signals: number; readonly events: number };
