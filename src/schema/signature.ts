import type { ColumnSpec, ColumnType, SchemaSpec } from '../contracts/dataset.js';
import type { ModelSignature, TensorDatatype, TensorSpec } from '../contracts/model.js';
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

function inputOf({ name, type, nullable, eventTime, min, max, values }: ColumnSpec): TensorSpec {
  return {
    name,
    datatype: DATATYPES[type],
    shape: COLUMN_SHAPE,
    column: type,
    nullable,
    ...(type === 'timestamp' ? { eventTime: eventTime === true } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(values === undefined ? {} : { values }),
  };
}

/**
 * What a model takes and gives at serving time: one [-1, 1] tensor per raw column, in schema order and each once, with the bounds of its column,
 * and `score`.
 * Timestamps are INT64 milliseconds since 1970 (UTC); integers travel as FP32 and are exact up to 2^24.
 * @throws PipelineError `AUTHORING_UNKNOWN_COLUMN`.
 */
export function signatureOf(spec: SchemaSpec, columns: readonly string[]): ModelSignature {
  const wanted = new Set(columns);
  const known = new Set(spec.columns.map(({ name }) => name));
  for (const name of wanted) if (!known.has(name)) columnNamed(spec, name);
  return {
    inputs: spec.columns.filter((column) => wanted.has(column.name)).map(inputOf),
    outputs: [{ name: 'score', datatype: 'FP32', shape: COLUMN_SHAPE }],
  };
}
