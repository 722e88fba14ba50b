import { identifier } from '../sql-text.js';
import { epochMsSql } from '../epoch-ms.js';
import type { ModelSignature, TensorSpec } from '../model.js';

/** Types of a column of the prediction log, as DuckDB names them. Timestamps are UTC with microseconds. */
export type LogType = 'VARCHAR' | 'TIMESTAMP' | 'INTEGER' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'BOOLEAN';

/** One column of a file of the prediction log. `required`: no row lacks a value. */
export type LogColumn = { readonly name: string; readonly type: LogType; readonly required: boolean };

/** What every row of the prediction log has, whatever the model; the model's raw inputs follow (`inputLogColumn`). */
export const PREDICTION_COLUMNS = [
  { name: 'request_id', type: 'VARCHAR', required: true },
  { name: 'event_time', type: 'TIMESTAMP', required: true },
  { name: 'logged_at', type: 'TIMESTAMP', required: true },
  { name: 'model', type: 'VARCHAR', required: true },
  { name: 'version', type: 'INTEGER', required: false },
  { name: 'variant', type: 'VARCHAR', required: false },
  { name: 'status', type: 'INTEGER', required: true },
  { name: 'latency_ms', type: 'DOUBLE', required: true },
  { name: 'score', type: 'FLOAT', required: false },
] as const satisfies readonly LogColumn[];

const TAKEN: ReadonlySet<string> = new Set(PREDICTION_COLUMNS.map(({ name }) => name));
const INPUT_PREFIX = 'input_';

/**
 * Names that no column of a schema may have, compared without case: `score` is what drift rules and profiles call the prediction, `features`
 * what the graph calls its matrix.
 */
const RESERVED_COLUMNS: ReadonlySet<string> = new Set(['score', 'features']);

/** Whether a schema may not name a column so: a reserved name in any case, or one that begins with `__` or `raw_`. */
export function isReservedColumn(name: string): boolean {
  const lower = name.toLowerCase();
  return RESERVED_COLUMNS.has(lower) || lower.startsWith('__') || lower.startsWith('raw_');
}

/**
 * Where an input is logged. Its name is its own, or `input_<name>` when that is taken: the engine compares names without case, so `Status` is as
 * taken as `status`. Inputs whose names differ in more than case never meet in one log column.
 */
export function inputLogColumn(spec: TensorSpec): LogColumn {
  const lower = spec.name.toLowerCase();
  const taken = TAKEN.has(lower) || lower.startsWith(INPUT_PREFIX);
  return { name: taken ? `${INPUT_PREFIX}${spec.name}` : spec.name, type: inputLogType(spec), required: false };
}

function inputLogType(spec: TensorSpec): LogType {
  if (spec.column === 'timestamp') return 'TIMESTAMP';
  if (spec.column === 'boolean') return 'BOOLEAN';
  return ({ BOOL: 'BOOLEAN', INT64: 'BIGINT', FP32: 'FLOAT', BYTES: 'VARCHAR' } as const)[spec.datatype];
}

/**
 * SQL that turns a value of a data set into the value that the log has when a server is sent the same: numbers in the width that the model sees
 * (FLOAT; NaN and what does not fit are null), times cut to milliseconds, an empty text null where the column is nullable, for the model sees no
 * difference. `expression` gives a value of the schema's type. A log column maps to itself.
 */
export function loggedValueSql(spec: TensorSpec, expression: string): string {
  const type = inputLogType(spec);
  switch (type) {
    case 'FLOAT':
    case 'DOUBLE':
      return `CASE WHEN isfinite(TRY_CAST(${expression} AS DOUBLE)) THEN TRY_CAST(TRY_CAST(${expression} AS DOUBLE) AS ${type}) END`;
    case 'TIMESTAMP':
      return `make_timestamp_ms(${epochMsSql(`TRY_CAST(${expression} AS TIMESTAMP)`)})`;
    case 'VARCHAR':
      return spec.nullable === true ? `nullif(CAST(${expression} AS VARCHAR), '')` : `CAST(${expression} AS VARCHAR)`;
    case 'INTEGER':
    case 'BIGINT':
    case 'BOOLEAN':
      return `TRY_CAST(${expression} AS ${type})`;
  }
}

/** The inputs of a relation's rows as a server would log them, a sub-query: the profile of one is that of the other. */
export function loggedRowsSql({ inputs }: ModelSignature, relation: string): string {
  const columns = inputs.map(({ name }) => identifier(name));
  const values = inputs.map((spec, index) => `${loggedValueSql(spec, columns[index] ?? '')} AS ${columns[index] ?? ''}`);
  return `(SELECT ${values.join(', ')} FROM ${relation})`;
}

/**
 * Index of the input that says when a row happened, or -1: then the row's event time is what its request says, else its arrival. It is the
 * schema's event time; where the signature does not say which that is (release 0.1), the first timestamp.
 */
export function eventTimeIndex(signature: ModelSignature): number {
  return signature.inputs.findIndex((spec) => spec.column === 'timestamp' && spec.eventTime !== false);
}

/** Last time, ms from 1970 either way, that the log can hold: the range of dates of JavaScript. */
export const MAX_TIME_MS = 8.64e15;
