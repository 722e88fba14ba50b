/** Share of the rows, the newest, that early stopping looks at. */
const HELD_OUT_SHARE = 0.1;

/** How many of so many rows, the oldest, a model is fitted on; early stopping looks at the rest. */
export const trainedRows = (rows: number, holdOut: boolean): number =>
  holdOut ? rows - Math.floor(rows * HELD_OUT_SHARE) : rows;
