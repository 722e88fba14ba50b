import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ModelSignature } from '../../../src/contracts/model.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import type { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { ColumnBatch } from '../../../src/serving/input/column-batch.js';
import { compileRowParser } from '../../../src/serving/input/row-parser.js';
import { compileTensorParser } from '../../../src/serving/input/tensor-parser.js';

const SIGNATURE: ModelSignature = {
  inputs: [
    { name: 'date', datatype: 'INT64', shape: [-1, 1], column: 'timestamp' },
    { name: 'distance', datatype: 'FP32', shape: [-1, 1], column: 'float', nullable: true },
    { name: 'seats', datatype: 'FP32', shape: [-1, 1], column: 'integer' },
    { name: 'origin', datatype: 'BYTES', shape: [-1, 1], column: 'category' },
    { name: 'late', datatype: 'BOOL', shape: [-1, 1], column: 'boolean' },
  ],
  outputs: [{ name: 'score', datatype: 'FP32', shape: [-1, 1] }],
};
const ROW = { date: '2001-01-01T10:30', distance: 12.5, seats: 100, origin: 'SFO', late: true };
const parse = compileRowParser('flights', SIGNATURE);
const parseTensors = compileTensorParser('flights', SIGNATURE);

function failure(work: () => unknown): PipelineError {
  try {
    work();
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('parsing rows', () => {
  it('reads times as UTC milliseconds, missing floats as NaN and flags as 0 or 1', () => {
    const batch = parse([ROW, { ...ROW, date: 978_345_000_000, distance: null, late: false }]);
    expect(batch.columns.map((column) => Array.from<unknown>(column))).toEqual([
      [978_345_000_000n, 978_345_000_000n],
      [12.5, NaN],
      [100, 100],
      ['SFO', 'SFO'],
      [1, 0],
    ]);
  });

  it('takes dates, offsets and spaces, and refuses what is no time', () => {
    const times = ['2001-01-01', '2001-01-01 02:00:00.5+02:00', '2001-01-01T00:00:00Z'];
    expect(Array.from(parse(times.map((date) => ({ ...ROW, date }))).columns[0] as BigInt64Array)).toEqual([
      978_307_200_000n,
      978_307_200_500n,
      978_307_200_000n,
    ]);
    for (const date of ['yesterday', '2001-13-01', '1/2/2001', 1.5, true]) {
      expect(failure(() => parse([{ ...ROW, date }])).code).toBe('SERVING_INPUT_INVALID');
    }
  });

  it('lists every bad field of every row at once', () => {
    const error = failure(() =>
      parse([{ ...ROW, origin: 5, colour: 'red' }, { date: null, distance: 'far', seats: 1.5, late: 'yes' }, [1, 2]]),
    );
    expect(error.code).toBe('SERVING_INPUT_INVALID');
    const { issues, found } = error.details as { issues: { row: number; column: string; problem: string }[]; found: number };
    expect(issues.map(({ row, column, problem }) => `${row} ${column} ${problem}`)).toEqual([
      '0 origin wrong_type',
      '0 colour unknown_column',
      '1 date null_value',
      '1 distance wrong_type',
      '1 seats wrong_type',
      '1 origin missing_column',
      '1 late wrong_type',
      '2  wrong_type',
    ]);
    expect(found).toBe(8);
  });

  it('refuses numbers that are not finite or overflow float32 with a code of their own', () => {
    for (const distance of [1e39, -1e39, Infinity, NaN, 'Infinity']) {
      expect(failure(() => parse([{ ...ROW, distance }])).code).toBe('SERVING_NUMBER_NOT_FINITE');
    }
  });

  it('does not take inherited names or __proto__ for columns', () => {
    expect(
      failure(() => parse([JSON.parse('{"__proto__":{"date":0,"distance":1,"seats":1,"origin":"a","late":true}}')])).code,
    ).toBe('SERVING_INPUT_INVALID');
  });

  it('caps the list of issues but counts them all', () => {
    const error = failure(() => parse(Array.from({ length: 500 }, () => ({ ...ROW, seats: 'x' }))));
    const details = error.details as { issues: unknown[]; found: number };
    expect([details.issues.length, details.found]).toEqual([100, 500]);
  });

  it('keeps every finite float32 and every text as it is', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.string(), (distance, origin) => {
        if (origin.includes('\0')) return;
        const batch = parse([{ ...ROW, distance, origin }]);
        expect([batch.columns[1]?.[0], batch.columns[3]?.[0]]).toEqual([distance, origin]);
      }),
    );
  });
});

describe('parsing tensors', () => {
  const tensors = (rows: number): { name: string; shape: number[]; datatype: string; data: unknown[] }[] => [
    { name: 'origin', shape: [rows, 1], datatype: 'BYTES', data: Array.from({ length: rows }, () => ['SFO']) },
    { name: 'date', shape: [rows], datatype: 'INT64', data: Array.from({ length: rows }, (_, row) => row) },
    { name: 'distance', shape: [rows, 1], datatype: 'FP32', data: Array.from({ length: rows }, () => 'NaN') },
    { name: 'seats', shape: [rows, 1], datatype: 'FP32', data: Array.from({ length: rows }, () => [3]) },
    { name: 'late', shape: [rows, 1], datatype: 'BOOL', data: Array.from({ length: rows }, () => false) },
  ];

  it('takes inputs in any order, flat or nested, and NaN for a nullable float', () => {
    const batch = parseTensors(tensors(2));
    expect(batch.columns.map((column) => Array.from<unknown>(column))).toEqual([
      [0n, 1n],
      [NaN, NaN],
      [3, 3],
      ['SFO', 'SFO'],
      [0, 0],
    ]);
  });

  it('takes 64-bit integers beyond 2^53 as strings, and no such numbers', () => {
    const whole: ModelSignature = { ...SIGNATURE, inputs: [{ name: 'key', datatype: 'INT64', shape: [-1, 1] }] };
    const parseWhole = compileTensorParser('flights', whole);
    const key = (value: unknown): ColumnBatch => parseWhole([{ name: 'key', shape: [1], datatype: 'INT64', data: [value] }]);
    for (const integer of [9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n)])
      expect(key(String(integer)).columns[0]?.[0]).toBe(integer);
    for (const value of [2 ** 53, String(2n ** 63n), '1.0', '0x1', ' 1', ''])
      expect(failure(() => key(value)).code).toBe('SERVING_INPUT_INVALID');
  });

  it('lists unknown, missing and mistyped inputs together', () => {
    const wrong = [...tensors(1).slice(2), { name: 'hue', shape: [1], datatype: 'FP32', data: [1] }].map((tensor) =>
      tensor.name === 'seats' ? { ...tensor, datatype: 'FP64' } : tensor,
    );
    const { issues } = failure(() => parseTensors(wrong)).details as { issues: { column: string; problem: string }[] };
    expect(issues.map(({ column, problem }) => `${column} ${problem}`)).toEqual([
      'hue unknown_column',
      'date missing_column',
      'seats wrong_type',
      'origin missing_column',
    ]);
  });

  it('refuses shapes that do not fit the data or each other', () => {
    const changes = [
      { shape: [2, 1] },
      { shape: [1, 2] },
      { shape: [1, 1, 1] },
      { shape: [0] },
      { shape: [] },
      { shape: [2 ** 53 - 1, 1] },
      { data: [] },
      { data: [[]] },
      { data: [[3, 3]] },
      { data: [[[3]]] },
      { name: 'late' },
    ];
    for (const change of changes) {
      const wrong = tensors(1).map((tensor) => (tensor.name === 'seats' ? { ...tensor, ...change } : tensor));
      const code = failure(() => parseTensors(wrong)).code;
      expect(['SERVING_BODY_MALFORMED', ...(Array.isArray(change.data?.[0]?.[0]) ? ['SERVING_INPUT_INVALID'] : [])]).toContain(
        code,
      );
    }
  });
});
