import { setImmediate } from 'node:timers/promises';
import type { DuckDBAppender, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampValue,
  FLOAT,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { ModelSignature, TensorSpec } from '../../contracts/model.js';
import type { PredictionRecord } from './prediction-record.js';

/** Rows that are appended in one turn of the event loop: a millisecond's work, so that requests are answered in between. */
const CHUNK_ROWS = 512;

type Column = {
  readonly name: string;
  readonly type: DuckDBType;
  readonly value: (record: PredictionRecord, row: number) => DuckDBValue;
};

const timestamp = (ms: number): DuckDBTimestampValue => new DuckDBTimestampValue(BigInt(Math.round(ms)) * 1000n);

const META: readonly Column[] = [
  { name: 'request_id', type: VARCHAR, value: (record, row) => record.ids[row] ?? null },
  { name: 'event_time', type: TIMESTAMP, value: (record, row) => timestamp(record.eventTimesMs[row] ?? record.loggedAtMs) },
  { name: 'logged_at', type: TIMESTAMP, value: (record) => timestamp(record.loggedAtMs) },
  { name: 'model', type: VARCHAR, value: (record) => record.model },
  { name: 'version', type: INTEGER, value: (record) => record.version },
  { name: 'variant', type: VARCHAR, value: (record) => record.variant },
  { name: 'status', type: INTEGER, value: (record) => record.status },
  { name: 'latency_ms', type: DOUBLE, value: (record) => record.latencyMs },
  { name: 'score', type: FLOAT, value: (record, row) => record.scores?.[row] ?? null },
];

/** Names of the columns that every log file has; a raw input column of such a name is written with `input_` before it. */
const META_NAMES: ReadonlySet<string> = new Set(META.map((column) => column.name));

function columnType(spec: TensorSpec): DuckDBType {
  if (spec.column === 'timestamp') return TIMESTAMP;
  return { FP32: FLOAT, INT64: BIGINT, BOOL: BOOLEAN, BYTES: VARCHAR }[spec.datatype];
}

function inputColumn(spec: TensorSpec, index: number): Column {
  const convert = (value: number | bigint | string | undefined): DuckDBValue => {
    if (value === undefined || Number.isNaN(value)) return null;
    if (spec.column === 'timestamp') return timestamp(Number(value));
    if (spec.datatype === 'BOOL') return value === 1;
    return value === '' && spec.nullable === true ? null : value;
  };
  return {
    name: META_NAMES.has(spec.name) ? `input_${spec.name}` : spec.name,
    type: columnType(spec),
    value: (record, row) => convert(record.inputs?.batch.columns[index]?.[row]),
  };
}

async function appendRecords(
  appender: DuckDBAppender,
  columns: readonly Column[],
  records: readonly PredictionRecord[],
): Promise<void> {
  let values: DuckDBValue[][] = columns.map(() => []);
  let rows = 0;
  const flush = (): void => {
    if (rows === 0) return;
    const chunk = DuckDBDataChunk.create(
      columns.map((column) => column.type),
      rows,
    );
    chunk.setColumns(values);
    appender.appendDataChunk(chunk);
    values = columns.map(() => []);
    rows = 0;
  };
  for (const record of records) {
    for (let row = 0; row < record.ids.length; row += 1) {
      columns.forEach((column, index) => values[index]?.push(column.value(record, row)));
      rows += 1;
      if (rows < CHUNK_ROWS) continue;
      flush();
      await setImmediate();
    }
  }
  flush();
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Writes records as one Parquet file: request_id, event_time, logged_at, model, version, variant, status, latency_ms, score (null when
 * not answered), then the raw input columns of the signature by name (null for a row that could not be read, NaN is null).
 */
export async function writePredictionFile(
  path: string,
  signature: ModelSignature | null,
  records: readonly PredictionRecord[],
): Promise<void> {
  const columns = [...META, ...(signature?.inputs ?? []).map(inputColumn)];
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    try {
      const table = columns.map((column) => `${quoted(column.name)} ${column.type.toString()}`);
      await connection.run(`CREATE TABLE predictions (${table.join(', ')})`);
      const appender = await connection.createAppender('predictions');
      await appendRecords(appender, columns, records);
      appender.closeSync();
      await connection.run(`COPY predictions TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
