import { describe, expect, it } from '@jest/globals';
import { col } from '../../../src/index.js';
import { duckdbType } from '../../../src/schema/duckdb-type.js';

import { rowJsonSchema } from '../../../src/schema/row-json-schema.js';
import { schemaHash } from '../../../src/schema/schema-hash.js';
import { column, eventTimeOf, schema, schemaOf } from '../../../src/schema/schema.js';
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

const spec = schemaOf(trips);

describe('schema', () => {
  it('is the plain specification of its columns, in order', () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual({
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
    expect(eventTimeOf(spec)).toBe('at');
  });

  it('has its columns as frozen values, whatever their names', () => {
    const odd = schema('odd', {
      name: col.text(),
      columns: col.float(),
      schema: col.integer(),
      constructor: col.boolean(),
      toString: col.category(),
      'two words': col.timestamp(),
    });
    expect(Object.keys(odd)).toEqual(schemaOf(odd).columns.map(({ name }) => name));
    expect({ ...odd.name }).toEqual({ name: 'name', type: 'text', schema: 'odd' });
    expect({ ...odd['two words'] }).toEqual({ name: 'two words', type: 'timestamp', schema: 'odd' });
    expect(odd.constructor.type).toBe('boolean');
    expect({ ...column(odd, 'toString') }).toEqual({ name: 'toString', type: 'category', schema: 'odd' });
    expect(Object.isFrozen(odd) && Object.isFrozen(odd.columns)).toBe(true);
    expect(() => column(odd, 'nmae')).toThrow(expect.objectContaining({ code: 'AUTHORING_UNKNOWN_COLUMN' }));
    expect(() => Number(odd.name)).toThrow(expect.objectContaining({ code: 'AUTHORING_REFERENCE_AS_VALUE' }));
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
    const [first, ...rest] = spec.columns;
    const reordered = {
      columns: [Object.fromEntries(Object.entries(first!).reverse()) as typeof first & object, ...rest],
      name: 'trips',
    };
    expect(schemaHash(reordered)).toBe(schemaHash(spec));
    expect(schemaHash({ ...spec, columns: [...spec.columns].reverse() })).not.toBe(schemaHash(spec));
    expect(schemaHash(spec)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has a DuckDB type for every column type', () => {
    expect(spec.columns.map(duckdbType)).toEqual(['TIMESTAMP', 'DOUBLE', 'BIGINT', 'BOOLEAN', 'VARCHAR', 'VARCHAR']);
  });
});

describe('a model signature', () => {
  it('has one [-1, 1] tensor per wanted column, once, in schema order', () => {
    const { inputs, outputs } = signatureOf(spec, ['origin', 'at', 'origin', 'night', 'seats', 'distance', 'remark']);
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
    expect(() => signatureOf(spec, ['distanec'])).toThrow(/"distanec" is unknown.*at, distance, seats/);
  });
});

describe('the JSON Schema of a row', () => {
  const row = { at: '2001-01-01T00:01:00', distance: 5, seats: 3, night: true, origin: 'ATL' };
  const check = (value: object): unknown => validateParameters(rowJsonSchema(spec), value);

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
