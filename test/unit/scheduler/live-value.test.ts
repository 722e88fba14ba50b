import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/contracts/json.js';
import { param } from '../../../src/index.js';
import { checkParameters } from '../../../src/schema/validate-parameters.js';
import { liveValueProblem } from '../../../workflows/run/live-value.js';

const BUILT = [
  param.number({ min: 0.001, max: 1 }),
  param.integer({ min: 1 }),
  param.boolean(),
  param.string({ minLength: 2, maxLength: 4, pattern: '^a' }),
  param.oneOf(['adam', 'sgd', 3]),
  param.date(),
];

describe('a value for a live parameter', () => {
  it('fits or not as the checker of parameters has it, for every builder', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -3, max: 5 }),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('a', 'ab', 'abcd', 'abcde', 'ba', 'adam', 'sgd', '2001-02-28', '2001-02-30', '2001-2-3', ''),
    );
    fc.assert(
      fc.property(fc.constantFrom(...BUILT), value, ({ parameter }, given: JsonValue) => {
        const schema: JsonObject = { type: 'object', properties: { given: parameter }, required: ['given'] };
        const expected = checkParameters(schema, { given }).problems.length === 0;
        expect(liveValueProblem(parameter, given) === null).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
