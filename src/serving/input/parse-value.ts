import type { TensorSpec } from '../../contracts/model.js';
import type { ColumnValues } from './column-batch.js';
import { isPlainText } from './text.js';
import { isMoment, parseTimestamp } from './timestamp.js';

type ValueProblem =
  | 'missing_column'
  | 'unknown_column'
  | 'wrong_type'
  | 'not_finite'
  | 'null_value'
  | 'out_of_range'
  | 'not_allowed'
  | 'broken_text';

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
  // The model sees 32 bits, so a value that a caller rounded to them lies on its bound, not beyond.
  const [least, most] = [Math.fround(spec.min ?? -Infinity), Math.fround(spec.max ?? Infinity)];
  return (target, row, value) => {
    const number = typeof value === 'boolean' && spec.column === 'boolean' ? Number(value) : value;
    if (typeof number === 'number') {
      const rounded = Math.fround(number);
      if (!Number.isFinite(rounded)) return 'not_finite';
      if (whole && !Number.isInteger(number)) return 'wrong_type';
      if (rounded < least || rounded > most) return 'out_of_range';
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

function writeInteger(
  parse: (value: unknown) => bigint | null,
  isInRange: (integer: bigint) => boolean = () => true,
): ValueWriter {
  return (target, row, value) => {
    if (value === null) return 'null_value';
    if (typeof value === 'number' && !Number.isFinite(value)) return 'not_finite';
    const integer = parse(value);
    if (integer === null) return 'wrong_type';
    if (!isInRange(integer)) return 'out_of_range';
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

function writeText({ nullable, values }: TensorSpec): ValueWriter {
  const allowed = values === undefined ? null : new Set(values);
  return (target, row, value) => {
    if (typeof value === 'string') {
      if (!isPlainText(value)) return 'broken_text';
      if (allowed !== null && !allowed.has(value)) return 'not_allowed';
      (target as string[])[row] = value;
    } else if (value === null && nullable === true) (target as string[])[row] = '';
    else return value === null ? 'null_value' : 'wrong_type';
    return null;
  };
}

/** Text and whole numbers of the row form; a number that is no moment is out of range rather than of a wrong type. */
function parseMoment(value: unknown): bigint | null {
  if (typeof value === 'number') return parseInteger(value);
  const ms = parseTimestamp(value);
  return ms === null ? null : BigInt(ms);
}

/**
 * The writer of one input. `row` form: timestamps are ISO strings or integer milliseconds. `tensor` form (Open Inference Protocol):
 * INT64 values are numbers or, beyond 2^53, strings. Timestamps are of the years 1 to 9999. A missing float is null or "NaN" when the
 * column is nullable; other numbers keep to `min` and `max`, texts to `values`, of their column, and hold no NUL and no half of a
 * surrogate pair.
 */
export function valueWriter(spec: TensorSpec, form: 'row' | 'tensor'): ValueWriter {
  switch (spec.datatype) {
    case 'FP32':
      return writeFloat(spec);
    case 'BOOL':
      return writeBoolean;
    case 'BYTES':
      return writeText(spec);
    case 'INT64':
      if (spec.column !== 'timestamp') return writeInteger(parseInteger);
      return writeInteger(form === 'row' ? parseMoment : parseInteger, (integer) => isMoment(Number(integer)));
  }
}
