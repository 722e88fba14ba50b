import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModelSignature, TensorSpec } from '../../../src/contracts/model.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import { compileRowParser } from '../../../src/serving/input/row-parser.js';
import { compileTensorParser } from '../../../src/serving/input/tensor-parser.js';
import { parseJsonBody } from '../../../src/serving/input/json-body.js';
import { readRequestId } from '../../../src/serving/input/request-id.js';
import { describeValue } from '../../../src/serving/input/text.js';
import { parseTimestamp } from '../../../src/serving/input/timestamp.js';
import { withoutBounds } from '../../../src/serving/input/value-rule.js';
import { col } from '../../../src/index.js';

import { schema, schemaOf } from '../../../src/schema/schema.js';
import { signatureOf } from '../../../src/schema/signature.js';

const RUNS = 300;

/** What a piece of work gives, or the code and the issues that it fails with. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { issues = [] } = error.details as {
      readonly issues?: readonly { readonly column: string; readonly problem: string }[];
    };
    return [error.code, ...issues.map(({ column, problem }) => `${column} ${problem}`)].join(' ');
  }
}

const one = (spec: TensorSpec): ModelSignature => ({
  inputs: [spec],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
});

describe('a timestamp', () => {
  const pad = (number: number, digits = 2): string => String(number).padStart(digits, '0');

  it('is a moment of the calendar, and every day that the calendar does not have is none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const date = new Date(0);
          date.setUTCFullYear(year, month - 1, day);
          const exists =
            year > 0 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
          expect(parseTimestamp(`${pad(year, 4)}-${pad(month)}-${pad(day)}`)).toBe(exists ? date.getTime() : null);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is the same moment in every zone', () => {
    const offsets = fc.integer({ min: -15 * 60, max: 15 * 60 });
    const moments = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) });
    fc.assert(
      fc.property(moments, offsets, (ms, minutes) => {
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
        const zone = `${minutes < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
        expect([parseTimestamp(`${local}${zone}`), parseTimestamp(new Date(ms).toISOString()), parseTimestamp(ms)]).toEqual([
          ms,
          ms,
          ms,
        ]);
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    '2001-02-29',
    '2001-02-31T12:00',
    '1900-02-29',
    '2001-04-31',
    '2001-01-01T24:00',
    '2001-01-01T24:00:00Z',
    '2001-01-01T23:60',
    '2001-01-01T23:59:60Z',
    '2001-01-01T12',
    '2001-01-01T12:00+16:00',
    '2001-01-01T12:00+05:60',
    '0000-12-31',
    '0001-01-01T00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '10000-01-01',
    '+002001-01-01',
    ' 2001-01-01',
    '2001-01-01\n',
    '２００１-01-01',
    '978307200000',
    978_307_200_000_000_000,
    978_307_200_000_000,
    253_402_300_800_000,
    -62_135_596_800_001,
    1.5,
    NaN,
    null,
    true,
    [0],
  ])('is not %p', (value) => {
    expect(parseTimestamp(value)).toBeNull();
  });

  it('keeps to the years that the prediction log can hold, in tensors too', () => {
    const signature = one({ name: 'at', datatype: 'INT64', shape: [-1, 1], column: 'timestamp' });
    const parse = compileTensorParser('m', signature);
    const moment = (value: unknown): unknown =>
      outcome(() => parse([{ name: 'at', shape: [1], datatype: 'INT64', data: [value] }]).columns[0]?.[0]);
    expect(moment('253402300799999')).toBe(253_402_300_799_999n);
    for (const value of ['9223372036854775807', '-9223372036854775808', '978307200000000000', 253_402_300_800_000])
      expect(moment(value)).toBe('SERVING_INPUT_INVALID at out_of_range');
  });
});

describe('the bounds of a schema', () => {
  const customers = schema('customers', {
    since: col.timestamp(),
    tenure: col.integer({ min: 0 }),
    share: col.float({ min: 0.1, max: 0.9 }).nullable(),
    plan: col.category({ values: ['free', 'paid'] }),
    note: col.text(),
    active: col.boolean(),
  });
  const signature = signatureOf(schemaOf(customers), ['since', 'tenure', 'share', 'plan', 'note', 'active']);
  const parseRows = compileRowParser('churn', signature);
  const parseTensors = compileTensorParser('churn', signature);
  const row = { since: 0, tenure: 3, share: 0.5, plan: 'free', note: 'x', active: true };
  const ofRow = (change: object): unknown => outcome(() => parseRows([{ ...row, ...change }]).rows);
  const ofTensors = (change: object): unknown =>
    outcome(() => {
      const values = Object.entries({ ...row, ...change });
      const datatypes = new Map(signature.inputs.map((spec) => [spec.name, spec.datatype]));
      const tensor = ([name, value]: readonly [string, unknown]) => ({
        name,
        shape: [1, 1],
        datatype: datatypes.get(name) ?? '',
        data: [value],
      });
      return parseTensors(values.map(tensor)).rows;
    });

  it.each([
    [{ tenure: -5 }, 'tenure out_of_range'],
    [{ tenure: 1.5 }, 'tenure wrong_type'],
    [{ share: 0.0999 }, 'share out_of_range'],
    [{ share: 1 }, 'share out_of_range'],
    [{ plan: 'gold' }, 'plan not_allowed'],
    [{ plan: 'Free' }, 'plan not_allowed'],
    [{ plan: null }, 'plan null_value'],
    [{ note: 'a\0z' }, 'note broken_text'],
    [{ note: '\ud83d' }, 'note broken_text'],
  ])('refuse %j, naming the column', (change, issue) => {
    expect([ofRow(change), ofTensors(change)]).toEqual([`SERVING_INPUT_INVALID ${issue}`, `SERVING_INPUT_INVALID ${issue}`]);
  });

  it.each([{ tenure: 0 }, { share: 0.1 }, { share: 0.9 }, { share: Math.fround(0.1) }, { share: null }, { plan: 'paid' }])(
    'take %j',
    (change) => {
      expect([ofRow(change), ofTensors(change)]).toEqual([1, 1]);
    },
  );

  it('are told in the message', () => {
    expect(() => parseRows([{ ...row, tenure: -5, share: 2, plan: 'gold' }])).toThrow(
      'row 0, column "tenure": out of range, expected a whole number of at least 0, got -5; row 0, column "share": out of range, ' +
        'expected a finite number from 0.1 to 0.9 or null, got 2; row 0, column "plan": not allowed, expected one of "free", "paid", got "gold"',
    );
  });

  it('do not hold for rows that a model was trained on', () => {
    const parseSamples = compileRowParser('churn', withoutBounds(signature));
    expect(parseSamples([{ ...row, tenure: -5, plan: 'gold' }]).rows).toBe(1);
  });
});

describe('a refused request costs what it weighs', () => {
  const inputs = Array.from({ length: 5_000 }, (_, index): TensorSpec => ({
    name: `c${index}`,
    datatype: 'FP32',
    shape: [-1, 1],
  }));
  const wide: ModelSignature = { inputs, outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }] };

  it('whatever the model would have needed for its rows', () => {
    const parse = compileRowParser('wide', wide);
    const before = process.memoryUsage();
    const failed = outcome(() => parse(Array.from({ length: 1_000 }, () => ({}))));
    const after = process.memoryUsage();
    expect(failed).toMatch(/^SERVING_INPUT_INVALID c0 missing_column c1 missing_column/);
    // 5,000 columns of 1,000 rows would be 20 MB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2_000_000);
    expect(() => parse([{}, { c0: 1, x: 1 }])).toThrow(/10000 fields do not fit/);
  });

  it('and its answer quotes no more than the beginnings of what it sent', () => {
    const long = 'n'.repeat(500_000);
    const parse = compileRowParser('wide', wide);
    for (const rows of [
      [{ [long]: long }],
      Array.from({ length: 10 }, (_, row) => ({ [`${row}${long}`]: 1 })),
      [long],
      [[long]],
    ]) {
      try {
        parse(rows);
      } catch (error) {
        if (!isPipelineError(error)) throw error;
        expect(JSON.stringify([error.message, error.details]).length).toBeLessThan(100_000);
        continue;
      }
      throw new Error('it did not fail');
    }
    expect(describeValue(long)).toHaveLength(45);
  });
});

describe('a body', () => {
  it('is read when it is at most 32 deep, brackets in texts left out, and refused unread beyond', () => {
    const nested = (depth: number): Buffer => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(Array.isArray(parseJsonBody(nested(32)))).toBe(true);
    expect(parseJsonBody(Buffer.from(JSON.stringify({ text: `\\"${'[{'.repeat(100)}` })))).toEqual({
      text: `\\"${'[{'.repeat(100)}`,
    });
    for (const depth of [33, 6_000, 500_000])
      expect(() => parseJsonBody(nested(depth))).toThrow(/^the body is nested too deeply: expected at most 32/);
    expect(() => parseJsonBody(Buffer.from('{"a":'.repeat(200_000)))).toThrow(/nested too deeply/);
  });

  it('is any JSON value that JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        expect(parseJsonBody(Buffer.from(json))).toEqual(JSON.parse(json));
      }),
      { numRuns: RUNS },
    );
  });

  it('is UTF-8', () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]])
      expect(() => parseJsonBody(Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]))).toThrow(
        'the body is not UTF-8',
      );
  });
});

describe('an id', () => {
  it('is of 1 to 256 characters that everyone reads alike', () => {
    expect(['a', 'Ω 1', '😀', 'x'.repeat(256)].map(readRequestId)).toEqual(['a', 'Ω 1', '😀', 'x'.repeat(256)]);
    expect(['', 'x'.repeat(257), 'a\0', 'a\n', '\x7f', '\ud83d', 5, null, ['a']].map(readRequestId)).toEqual(Array(9).fill(null));
  });
});
