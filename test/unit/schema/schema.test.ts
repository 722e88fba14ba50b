import { describe, expect, it } from '@jest/globals';
import { col } from '../../../src/index.js';
import { duckdbType } from '../../../src/schema/duckdb-type.js';

import { rowJsonSchema } from '../../../src/schema/row-json-schema.js';
import { schemaHash } from '../../../src/schema/schema-hash.js';
import { eventTimeOf, schema } from '../../../src/schema/schema.js';
import { signatureOf } from '../../../src/schema/signature.js';
import { validateParameters } from '../../../src/schema/validate-parameters.js';

const trips = schema('trips', {
  at: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile', min: 1 }),
  seats: col.integer({ min: 0, max: 9, unit: 'seat' }),
  night: col.boolean(),
  origin: col.category({ values: ['ATL', 'SFO'] }),
  remark: col.text().nullable(),
});

describe('schema', () => {
  it('is the plain specification of its columns, in order', () => {
    expect(JSON.parse(JSON.stringify(trips))).toEqual({
      name: 'trips',
      columns: [
        { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
        { name: 'distance', type: 'float', nullable: false, unit: 'mile', min: 1 },
        { name: 'seats', type: 'integer', nullable: false, min: 0, max: 9, unit: 'seat' },
        { name: 'night', type: 'boolean', nullable: false },
        { name: 'origin', type: 'category', nullable: false, values: ['ATL', 'SFO'] },
        { name: 'remark', type: 'text', nullable: true },
      ],
    });
    expect(eventTimeOf(trips)).toBe('at');
  });

  it('reports every problem at once', () => {
    const define = (): unknown =>
      schema('', {
        a: col.timestamp({ eventTime: true }),
        b: col.timestamp({ eventTime: true }).nullable(),
        __label: col.float(),
        score: col.float({ min: 2, max: 1 }),
        A: col.category({ values: [] }),
        '': col.category({ values: ['x', 'x'] }),
        infinite: col.float({ max: Infinity }),
      });
    expect(define).toThrow(expect.objectContaining({ code: 'AUTHORING_INVALID_SCHEMA' }));
    for (const part of [
      /needs a name/,
      /only one column may be the event time, got a, b/,
      /"b": the event time may not be nullable/,
      /"__label": names that start/,
      /"score": min 2 is above max 1/,
      /lists no category/,
      /"": a name has 1 to 128/,
      /a category twice/,
      /"infinite": bounds must be finite/,
      /got A twice/,
    ]) {
      expect(define).toThrow(part);
    }
  });

  it('has a hash that follows content and not the order of keys', () => {
    const [first, ...rest] = trips.columns;
    const reordered = {
      columns: [Object.fromEntries(Object.entries(first!).reverse()) as typeof first & object, ...rest],
      name: 'trips',
    };
    expect(schemaHash(reordered)).toBe(schemaHash(trips));
    expect(schemaHash({ ...trips, columns: [...trips.columns].reverse() })).not.toBe(schemaHash(trips));
    expect(schemaHash(trips)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has a DuckDB type for every column type', () => {
    expect(trips.columns.map(duckdbType)).toEqual(['TIMESTAMP', 'DOUBLE', 'BIGINT', 'BOOLEAN', 'VARCHAR', 'VARCHAR']);
  });
});

describe('a model signature', () => {
  it('has one [-1, 1] tensor per wanted column, once, in schema order', () => {
    const { inputs, outputs } = signatureOf(trips, ['origin', 'at', 'origin', 'night', 'seats', 'distance', 'remark']);
    expect(inputs.map(({ name, datatype }) => [name, datatype])).toEqual([
      ['at', 'INT64'],
      ['distance', 'FP32'],
      ['seats', 'FP32'],
      ['night', 'BOOL'],
      ['origin', 'BYTES'],
      ['remark', 'BYTES'],
    ]);
    expect(inputs.at(-1)).toEqual({ name: 'remark', datatype: 'BYTES', shape: [-1, 1], column: 'text', nullable: true });
    expect(outputs).toEqual([{ name: 'score', datatype: 'FP32', shape: [-1, 1] }]);
  });

  it('names the columns there are when one is unknown', () => {
    expect(() => signatureOf(trips, ['distanec'])).toThrow(/"distanec" is unknown.*at, distance, seats/);
  });
});

describe('the JSON Schema of a row', () => {
  const row = { at: '2001-01-01T00:01:00', distance: 5, seats: 3, night: true, origin: 'ATL' };
  const check = (value: object): unknown => validateParameters(rowJsonSchema(trips), value);

  it('takes dates, date-times with and without an offset, and milliseconds', () => {
    for (const at of [row.at, '2001-01-01', '2001-01-01T00:01:00Z', '2001-01-01T00:01:00.5+02:00', 978_307_260_000])
      check({ ...row, at });
    check({ ...row, remark: null });
    check({ ...row, remark: 'ok' });
  });

  it.each([
    ['a day that does not exist', { at: '2001-02-30' }],
    ['fractions of a millisecond', { at: 1.5 }],
    ['a number below its minimum', { distance: 0 }],
    ['a fraction in a whole number', { seats: 1.5 }],
    ['an unknown category', { origin: 'JFK' }],
    ['null where values may not be missing', { night: null }],
    ['an unknown column', { airline: 'AA' }],
    ['Infinity', { distance: Infinity }],
  ])('refuses %s', (_what, change) => {
    expect(() => check({ ...row, ...change })).toThrow(expect.objectContaining({ code: 'AUTHORING_PARAMETERS_INVALID' }));
  });
});
