import type { ColumnValues } from '../input/column-batch.js';

/** Values of a text column that training never saw; empty text stands for a missing value and is not counted. */
export function countUnknown(known: ReadonlySet<string>, values: ColumnValues | undefined): number {
  if (!Array.isArray(values)) return 0;
  return values.reduce((count, value) => (value === '' || known.has(value) ? count : count + 1), 0);
}
