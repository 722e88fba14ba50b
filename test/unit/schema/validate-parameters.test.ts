import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { param } from '../../../src/index.js';

import { parameterSchema } from '../../../src/schema/parameter-schema.js';
import { validateParameters } from '../../../src/schema/validate-parameters.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';

const schema = parameterSchema('flight-delay', {
  from: param.date(),
  to: param.date(),
  trees: param.integer({ min: 1, default: 100 }),
  rate: param.number({ min: 0, max: 1, default: 0.1 }),
  airline: param.string({ minLength: 2, pattern: '^[A-Z]+$', default: 'AA' }),
  verbose: param.boolean({ default: false }),
  mode: param.oneOf(['fast', 'exact'], { default: 'fast' }),
});
const good = { from: '2001-01-01', to: '2001-02-01' };

function problemsOf(input: unknown, against = schema): unknown {
  try {
    validateParameters(against, input);
  } catch (error) {
    if (isPipelineError(error)) return error.details;
    throw error;
  }
  return null;
}

describe('parameters of a run', () => {
  it('get their defaults without changing what was given', () => {
    const input = Object.freeze({ ...good });
    expect(validateParameters(schema, input)).toEqual({
      ...good,
      trees: 100,
      rate: 0.1,
      airline: 'AA',
      verbose: false,
      mode: 'fast',
    });
    expect(input).toEqual(good);
  });

  it('are one JSON Schema that refuses other names', () => {
    expect(schema).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'flight-delay',
      type: 'object',
      properties: {
        from: { type: 'string', format: 'date' },
        to: { type: 'string', format: 'date' },
        trees: { type: 'integer', minimum: 1, default: 100 },
        rate: { type: 'number', minimum: 0, maximum: 1, default: 0.1 },
        airline: { type: 'string', minLength: 2, pattern: '^[A-Z]+$', default: 'AA' },
        verbose: { type: 'boolean', default: false },
        mode: { enum: ['fast', 'exact'], default: 'fast' },
      },
      required: ['from', 'to'],
      additionalProperties: false,
    });
  });

  it('are all reported when they are wrong, each with what was expected and got', () => {
    expect(problemsOf({ from: '2001-13-01', trees: 0, rate: NaN, airline: 'a', verbose: 'yes', mode: 'slow', tress: 5 })).toEqual(
      {
        problems: expect.arrayContaining([
          { path: 'to', expected: 'a date such as "2001-01-31"', received: 'nothing' },
          {
            path: 'tress',
            expected: 'a known name (from, to, trees, rate, airline, verbose, mode)',
            received: 'an unknown name',
          },
          { path: 'from', expected: 'a date such as "2001-01-31"', received: '"2001-13-01"' },
          { path: 'trees', expected: 'an integer >= 1', received: '0' },
          { path: 'rate', expected: 'a number >= 0 and <= 1', received: 'NaN' },
          { path: 'airline', expected: 'a string of at least 2 characters and that matches "^[A-Z]+$"', received: '"a"' },
          { path: 'verbose', expected: 'true or false', received: '"yes"' },
          { path: 'mode', expected: 'one of "fast", "exact"', received: '"slow"' },
        ]),
      },
    );
    expect(problemsOf({ ...good, trees: 1.5 })).toEqual({
      problems: [{ path: 'trees', expected: 'an integer >= 1', received: '1.5' }],
    });
  });

  it('name the pipeline and are never worth a retry', () => {
    expect(() => validateParameters(schema, {})).toThrow(
      expect.objectContaining({
        code: 'AUTHORING_PARAMETERS_INVALID',
        retryable: false,
        message: expect.stringContaining('"flight-delay"'),
      }),
    );
  });

  it.each([[null], [[]], ['text'], [5]])('must be an object, not %j', (input) => {
    expect(problemsOf(input)).toEqual({
      problems: [expect.objectContaining({ path: '(all)', expected: 'a JSON object of parameters' })],
    });
  });

  it('may be left out altogether when all have defaults', () => {
    expect(validateParameters(parameterSchema('x', { n: param.integer({ default: 3 }) }), undefined)).toEqual({ n: 3 });
  });

  it('may be lists, of which every wrong item is reported with its place', () => {
    const lists = parameterSchema('lists', {
      airports: param.list(param.oneOf(['ATL', 'JFK']), { min: 2, max: 3 }),
      days: param.list(param.date()),
      sizes: param.list(param.integer({ min: 1 }), { default: [1, 2], description: 'how many' }),
    });
    expect(lists['properties']).toEqual({
      airports: { type: 'array', items: { enum: ['ATL', 'JFK'] }, minItems: 2, maxItems: 3 },
      days: { type: 'array', items: { type: 'string', format: 'date' } },
      sizes: { type: 'array', items: { type: 'integer', minimum: 1 }, default: [1, 2], description: 'how many' },
    });
    expect(lists['required']).toEqual(['airports', 'days']);
    const valid = { airports: ['JFK', 'ATL', 'JFK'], days: [] };
    const first = validateParameters(lists, valid);
    expect(first).toEqual({ ...valid, sizes: [1, 2] });
    expect(validateParameters(lists, valid)['sizes']).not.toBe(first['sizes']);
    const problems = (input: object): unknown => problemsOf(input, lists);
    expect(problems({ airports: ['ATL', 'JFK', 'LAX', 4], days: ['2001-01-31', '2001-02-30'], sizes: [0, 1, 1.5] })).toEqual({
      problems: [
        {
          path: 'airports',
          expected: 'a list of at least 2 and at most 3 items, each one of "ATL", "JFK"',
          received: '["ATL","JFK","LAX",4]',
        },
        { path: 'airports[2]', expected: 'one of "ATL", "JFK"', received: '"LAX"' },
        { path: 'airports[3]', expected: 'one of "ATL", "JFK"', received: '4' },
        { path: 'days[1]', expected: 'a date such as "2001-01-31"', received: '"2001-02-30"' },
        { path: 'sizes[0]', expected: 'an integer >= 1', received: '0' },
        { path: 'sizes[2]', expected: 'an integer >= 1', received: '1.5' },
      ],
    });
    expect(problems({ airports: 'ATL' })).toEqual({
      problems: [
        { path: 'days', expected: 'a list, each a date such as "2001-01-31"', received: 'nothing' },
        { path: 'airports', expected: 'a list of at least 2 and at most 3 items, each one of "ATL", "JFK"', received: '"ATL"' },
      ],
    });
  });

  it('do not take names of Object.prototype for given', () => {
    const odd = parameterSchema('x', { constructor: param.string() });
    expect(() => validateParameters(odd, {})).toThrow(/parameter constructor: expected a string, got nothing/);
    expect(problemsOf(JSON.parse('{"from":"2001-01-01","to":"2001-02-01","__proto__":1}'))).toEqual({
      problems: [expect.objectContaining({ path: '__proto__', received: 'an unknown name' })],
    });
  });

  it('either pass or fail with their own error, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const result = problemsOf(input);
        expect(result === null || typeof result === 'object').toBe(true);
      }),
    );
  });
});
