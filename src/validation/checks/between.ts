import { checkKind } from '../check-kind.js';
import { boundProblems, BOUNDS, boundsInWords } from '../bounds.js';

/** Values lie within inclusive bounds; missing values pass, NaN is outside. */
export const between = checkKind('check.between', {
  name: 'between',
  column: 'number',
  options: BOUNDS,
  problems: boundProblems,
  rule: ({ column: { sql }, options }) => {
    const { min, max } = options;
    const outside = [
      ...(min === undefined ? [] : [`${sql} < ${min}`]),
      ...(max === undefined ? [] : [`${sql} > ${max}`]),
      `isnan(${sql}::DOUBLE)`,
    ];
    return { applies: `${sql} IS NOT NULL`, breaks: `(${outside.join(' OR ')})`, expected: boundsInWords(options) };
  },
});
