import { checkKind } from '../check-kind.js';

/** The column has a value; NaN is none. */
export const notNull = checkKind('check.notNull', {
  name: 'not_null',
  column: 'any',
  options: { properties: {} },
  rule: ({ column: { sql, type } }) => ({
    applies: 'true',
    breaks: type === 'float' ? `(${sql} IS NULL OR isnan(${sql}))` : `${sql} IS NULL`,
    expected: 'a value',
  }),
});
