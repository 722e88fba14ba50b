import { checkKind } from '../check-kind.js';
import { boundProblems, BOUNDS, boundsInWords } from '../bounds.js';

/** The data set has at least `min` and at most `max` rows. */
export const rowCount = checkKind('check.rowCount', {
  name: 'row_count_between',
  column: null,
  options: BOUNDS,
  problems: boundProblems,
  measure: ({ options }) => ({
    expected: `${boundsInWords(options)} rows`,
    aggregates: [],
    judge: (_values, rows) => ({
      passed: rows >= (options.min ?? 0) && rows <= (options.max ?? Number.POSITIVE_INFINITY),
      observed: rows,
      failingRows: 0,
    }),
  }),
});
