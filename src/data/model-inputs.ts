import { epochMsSql } from '../contracts/epoch-ms.js';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ModelSignature, TensorSpec } from '../contracts/model.js';
import { identifier } from '../contracts/sql-text.js';

/** One value for each row, as a model takes it. */
export type InputColumn = Float32Array | BigInt64Array | readonly string[] | Uint8Array;

/** SELECT list of a model's inputs from the columns `raw_<input>` of a split: missing numbers are NaN, missing texts ''. */
export function modelInputSql({ inputs }: ModelSignature): string {
  return inputs.map(columnSql).join(', ');
}

/** The columns of a chunk whose first columns are those of `modelInputSql`, by input. */
export function modelInputsOf({ inputs }: ModelSignature, chunk: DuckDBDataChunk): Record<string, InputColumn> {
  return Object.fromEntries(inputs.map((spec, index) => [spec.name, columnOf(spec, chunk, index)]));
}

function columnSql(spec: TensorSpec): string {
  const raw = identifier(`raw_${spec.name}`);
  if (spec.column === 'timestamp') return `${epochMsSql(`${raw}::TIMESTAMP`)}::BIGINT`;
  switch (spec.datatype) {
    case 'FP32':
      return `coalesce(${raw}::FLOAT, 'NaN'::FLOAT)`;
    case 'INT64':
      return `${raw}::BIGINT`;
    case 'BOOL':
      return `${raw}::BOOLEAN::UTINYINT`;
    case 'BYTES':
      return `coalesce(${raw}::VARCHAR, '')`;
  }
}

function columnOf(spec: TensorSpec, chunk: DuckDBDataChunk, index: number): InputColumn {
  const vector = chunk.getColumnVector(index);
  const rows = Array.from({ length: chunk.rowCount }, (_, row) => vector.getItem(row));
  switch (spec.datatype) {
    case 'FP32':
      return Float32Array.from(rows, Number);
    case 'INT64':
      return BigInt64Array.from(rows, (value) => (typeof value === 'bigint' ? value : 0n));
    case 'BOOL':
      return Uint8Array.from(rows, Number);
    case 'BYTES':
      return rows.map(String);
  }
}
