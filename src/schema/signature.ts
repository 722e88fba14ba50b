import type { ColumnType, SchemaSpec } from '../contracts/dataset.js';
import type { ModelSignature, TensorDatatype } from '../contracts/model.js';
import { columnNamed } from './schema.js';

const DATATYPES = {
  timestamp: 'INT64',
  float: 'FP32',
  integer: 'FP32',
  boolean: 'BOOL',
  category: 'BYTES',
  text: 'BYTES',
} as const satisfies Record<ColumnType, TensorDatatype>;

const COLUMN_SHAPE = [-1, 1] as const;

/**
 * What a model takes and gives at serving time: one [-1, 1] tensor per raw column, in schema order and each once, and `score`.
 * Timestamps are INT64 milliseconds since 1970 (UTC); integers travel as FP32 and are exact up to 2^24.
 * @throws PipelineError `AUTHORING_UNKNOWN_COLUMN`.
 */
export function signatureOf(spec: SchemaSpec, columns: readonly string[]): ModelSignature {
  const wanted = new Set(columns.map((name) => columnNamed(spec, name).name));
  return {
    inputs: spec.columns
      .filter((column) => wanted.has(column.name))
      .map(({ name, type, nullable }) => ({ name, datatype: DATATYPES[type], shape: COLUMN_SHAPE, column: type, nullable })),
    outputs: [{ name: 'score', datatype: 'FP32', shape: COLUMN_SHAPE }],
  };
}
