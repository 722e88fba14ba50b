import type { TensorSpec } from '../../contracts/model.js';
import type { ColumnValues } from './column-batch.js';

type ValueProblem = 'missing_column' | 'unknown_column' | 'wrong_type' | 'not_finite' | 'null_value';

/** One field that does not fit: `row` counts from 0, null when the whole column is meant. */
export type InputIssue = {
  readonly row: number | null;
  readonly column: string;
  readonly problem: ValueProblem;
  readonly expected: string;
  readonly received: string;
};

/** Writes one JSON value at `row` of the column, or says what is wrong with it. */
type ValueWriter = (target: ColumnValues, row: number, value: unknown) => ValueProblem | null;

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970 of an ISO-8601 date or date-time (UTC when it names no zone) or of an integer; null for anything else. */
export function parseTimestamp(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== 'string') return null;
  const match = DATE_TIME.exec(value);
  if (match === null) return null;
  const [, day = '', time = '00:00', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? null : ms;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

function parseInteger(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return null;
  const integer = BigInt(value);
  return integer >= INT64_MIN && integer <= INT64_MAX ? integer : null;
}

function writeFloat(spec: TensorSpec): ValueWriter {
  const nullable = spec.nullable === true;
  const whole = spec.column === 'integer';
  return (target, row, value) => {
    const number = typeof value === 'boolean' && spec.column === 'boolean' ? Number(value) : value;
    if (typeof number === 'number') {
      if (!Number.isFinite(Math.fround(number))) return 'not_finite';
      if (whole && !Number.isInteger(number)) return 'wrong_type';
      (target as Float32Array)[row] = number;
      return null;
    }
    if (value === null || value === 'NaN') {
      if (!nullable) return value === null ? 'null_value' : 'not_finite';
      (target as Float32Array)[row] = NaN;
      return null;
    }
    return value === 'Infinity' || value === '-Infinity' ? 'not_finite' : 'wrong_type';
  };
}

function writeInteger(parse: (value: unknown) => bigint | null): ValueWriter {
  return (target, row, value) => {
    if (value === null) return 'null_value';
    if (typeof value === 'number' && !Number.isFinite(value)) return 'not_finite';
    const integer = parse(value);
    if (integer === null) return 'wrong_type';
    (target as BigInt64Array)[row] = integer;
    return null;
  };
}

const writeBoolean: ValueWriter = (target, row, value) => {
  if (value === null) return 'null_value';
  if (typeof value !== 'boolean') return 'wrong_type';
  (target as Uint8Array)[row] = value ? 1 : 0;
  return null;
};

function writeText(nullable: boolean): ValueWriter {
  return (target, row, value) => {
    if (typeof value === 'string') (target as string[])[row] = value;
    else if (value === null && nullable) (target as string[])[row] = '';
    else return value === null ? 'null_value' : 'wrong_type';
    return null;
  };
}

/**
 * The writer of one input. `row` form: timestamps are ISO strings or integer milliseconds. `tensor` form (Open Inference Protocol):
 * INT64 values are numbers or, beyond 2^53, strings. A missing float is null or "NaN" when the column is nullable.
 */
export function valueWriter(spec: TensorSpec, form: 'row' | 'tensor'): ValueWriter {
  switch (spec.datatype) {
    case 'FP32':
      return writeFloat(spec);
    case 'BOOL':
      return writeBoolean;
    case 'BYTES':
      return writeText(spec.nullable === true);
    case 'INT64':
      if (form === 'tensor' || spec.column !== 'timestamp') return writeInteger(parseInteger);
      return writeInteger((value) => {
        const ms = parseTimestamp(value);
        return ms === null ? null : BigInt(ms);
      });
  }
}

/** What a value of this input looks like, in words. */
export function describeSpec(spec: TensorSpec, form: 'row' | 'tensor'): string {
  const kinds = { FP32: 'a finite number', INT64: 'an integer', BOOL: 'true or false', BYTES: 'a string' } as const;
  const kind = form === 'row' && spec.column === 'timestamp' ? 'an ISO-8601 time or integer milliseconds' : kinds[spec.datatype];
  const whole = spec.datatype === 'FP32' && spec.column === 'integer' ? 'a whole number' : kind;
  return spec.nullable === true ? `${whole} or null` : whole;
}

/** A value as it is quoted in messages: short, and never more than its first characters. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
