import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import { inputLogColumn, MAX_TIME_MS, PREDICTION_COLUMNS } from '../../contracts/store/prediction-row.js';
import type { ColumnData } from '../../predictions/parquet/column-chunk.js';
import type { ColumnValues } from '../input/column-batch.js';
import type { PredictionRecord } from './prediction-record.js';

type Values = Pick<ColumnData, 'values' | 'valid'>;
type Own = (typeof PREDICTION_COLUMNS)[number]['name'];
type Records = readonly PredictionRecord[];

const OWN: { readonly [Name in Own]: (records: Records, rows: number) => Values } = {
  request_id: (records) => ({ values: records.flatMap(({ ids }) => ids), valid: null }),
  event_time: (records, rows) => timesOf(rows, records, (record, row) => record.eventTimesMs[row] ?? record.loggedAtMs),
  logged_at: (records, rows) => timesOf(rows, records, (record) => record.loggedAtMs),
  model: (records) => ({ values: repeated(records, ({ model }) => model), valid: null }),
  version: (records, rows) => optional(records, rows, ({ version }) => version, Int32Array),
  variant: (records, rows) => {
    const valid = new Uint8Array(rows);
    const values: string[] = [];
    eachRow(records, (record, _, at) => {
      if (record.variant === null) return;
      values.push(record.variant);
      valid[at] = 1;
    });
    return { values, valid: values.length === rows ? null : valid };
  },
  status: (records, rows) => optional(records, rows, ({ status }) => status, Int32Array),
  latency_ms: (records, rows) => optional(records, rows, ({ latencyMs }) => latencyMs, Float64Array),
  score: (records, rows) => optional(records, rows, ({ scores }, row) => scores?.[row] ?? null, Float32Array),
};

/**
 * Rows of records as the columns that the log has for a signature, see `prediction-row.ts`.
 * @throws RangeError when a value is beyond what its column can hold.
 */
export function recordColumns(signature: ModelSignature | null, records: Records): readonly ColumnData[] {
  const rows = records.reduce((sum, { ids }) => sum + ids.length, 0);
  return [
    ...PREDICTION_COLUMNS.map((column) => ({ column, ...OWN[column.name](records, rows) })),
    ...(signature?.inputs ?? []).map((spec, index) => ({
      column: inputLogColumn(spec),
      ...inputValues(spec, records, rows, index),
    })),
  ];
}

function inputValues(spec: TensorSpec, records: Records, rows: number, index: number): Values {
  let count = 0;
  /** Null when all rows have a value. */
  const cells = (write: (value: ColumnValues[number], at: number) => boolean): Uint8Array | null => {
    const valid = new Uint8Array(rows);
    let [at, written] = [0, 0];
    for (const { ids, inputs } of records) {
      const column = inputs?.batch.columns[index];
      for (let row = 0; row < ids.length; row += 1) {
        const value = column?.[row];
        if (value !== undefined && write(value, at)) {
          valid[at] = 1;
          written += 1;
        }
        at += 1;
      }
    }
    return written === rows ? null : valid;
  };
  switch (inputLogColumn(spec).type) {
    case 'TIMESTAMP': {
      const values = new BigInt64Array(rows);
      const write = microseconds(values);
      const valid = cells((value) => {
        write(count++, Number(value));
        return true;
      });
      return { values: values.subarray(0, count), valid };
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const values = new Float32Array(rows);
      const valid = cells((value) => {
        if (Number.isNaN(value)) return false;
        values[count++] = Number(value);
        return true;
      });
      return { values: values.subarray(0, count), valid };
    }
    case 'BOOLEAN': {
      const values = new Uint8Array(rows);
      const valid = cells((value) => {
        if (Number.isNaN(value)) return false;
        values[count++] = Number(value) === 0 ? 0 : 1;
        return true;
      });
      return { values: values.subarray(0, count), valid };
    }
    case 'INTEGER':
    case 'BIGINT': {
      const values = new BigInt64Array(rows);
      const valid = cells((value) => {
        values[count++] = BigInt(value);
        return true;
      });
      return { values: values.subarray(0, count), valid };
    }
    case 'VARCHAR': {
      const values: string[] = [];
      const valid = cells((value) => {
        if (value === '' && spec.nullable === true) return false;
        values.push(String(value));
        return true;
      });
      return { values, valid };
    }
  }
}

function eachRow(records: Records, visit: (record: PredictionRecord, row: number, at: number) => void): void {
  let at = 0;
  for (const record of records) {
    for (let row = 0; row < record.ids.length; row += 1) visit(record, row, at++);
  }
}

function repeated<Value>(records: Records, read: (record: PredictionRecord) => Value): Value[] {
  const values: Value[] = [];
  for (const record of records) {
    const value = read(record);
    for (let row = 0; row < record.ids.length; row += 1) values.push(value);
  }
  return values;
}

function optional(
  records: Records,
  rows: number,
  read: (record: PredictionRecord, row: number) => number | null,
  Kind: typeof Int32Array | typeof Float32Array | typeof Float64Array,
): Values {
  const values = new Kind(rows);
  const valid = new Uint8Array(rows);
  let count = 0;
  eachRow(records, (record, row, at) => {
    const value = read(record, row);
    if (value === null) return;
    values[count++] = value;
    valid[at] = 1;
  });
  return { values: values.subarray(0, count), valid: count === rows ? null : valid };
}

function timesOf(rows: number, records: Records, read: (record: PredictionRecord, row: number) => number): Values {
  const values = new BigInt64Array(rows);
  const write = microseconds(values);
  eachRow(records, (record, row, at) => {
    write(at, read(record, row));
  });
  return { values, valid: null };
}

const WORD = 2 ** 32;

/** Writes milliseconds as microseconds. Halves are written as numbers: making a bigint of each time costs as much as all else of a row. */
function microseconds(values: BigInt64Array): (at: number, ms: number) => void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (at, ms) => {
    const whole = Math.round(ms);
    if (!(Math.abs(whole) <= MAX_TIME_MS)) throw new RangeError(`a time of ${ms} ms since 1970 is beyond what the log can hold`);
    const micros = whole * 1000;
    if (Number.isSafeInteger(micros)) {
      words[at * 2] = micros | 0;
      words[at * 2 + 1] = Math.floor(micros / WORD);
    } else values[at] = BigInt(whole) * 1000n;
  };
}
