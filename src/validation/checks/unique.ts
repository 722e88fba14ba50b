import { checkKind } from '../check-kind.js';

/** No value occurs twice; missing values pass. The repeats of a value are its failing rows. */
export const unique = checkKind('check.unique', {
  name: 'unique',
  column: 'any',
  options: { properties: {} },
  measure: ({ column: { sql }, mostly }) => ({
    expected: 'each value once',
    aggregates: [`count(${sql})`, `count(DISTINCT ${sql})`],
    judge: ([present, distinct]) => {
      const share = Number(present) === 0 ? 1 : Number(distinct) / Number(present);
      return { passed: share >= mostly, observed: share, failingRows: Number(present) - Number(distinct) };
    },
  }),
});
