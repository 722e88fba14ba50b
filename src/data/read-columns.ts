import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier, parquetRelation } from './sql-text.js';
import { streamRows } from './stream-rows.js';

export interface NumericColumns<Values> {
  readonly rows: number;
  /** One array of length `rows` for each name, in the order asked for; null became NaN. */
  readonly columns: Map<string, Values>;
}

/**
 * Reads numeric columns of a Parquet file, in row order, into one Float32Array each. Values are rounded to float32, null becomes NaN.
 * No object is made per row.
 */
export function readNumericColumns(
  connection: DuckDBConnection,
  path: string | readonly string[],
  columns: readonly string[],
): Promise<NumericColumns<Float32Array>> {
  return readColumns(connection, path, columns, 'FLOAT', (rows) => new Float32Array(rows));
}

/** As `readNumericColumns`, in float64: labels, weights and milliseconds since 1970. */
export function readDoubleColumns(
  connection: DuckDBConnection,
  path: string | readonly string[],
  columns: readonly string[],
): Promise<NumericColumns<Float64Array>> {
  return readColumns(connection, path, columns, 'DOUBLE', (rows) => new Float64Array(rows));
}

async function readColumns<Values extends Float32Array | Float64Array>(
  connection: DuckDBConnection,
  path: string | readonly string[],
  names: readonly string[],
  type: 'FLOAT' | 'DOUBLE',
  allocate: (rows: number) => Values,
): Promise<NumericColumns<Values>> {
  const relation = parquetRelation(typeof path === 'string' ? [path] : path);
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${relation}`);
  const rows = Number(counted.getRows()[0]?.[0] ?? 0);
  const arrays = names.map(() => allocate(rows));
  const selected = names.map((name) => `coalesce(${identifier(name)}::${type}, 'NaN'::${type})`).join(', ');
  await streamRows(connection, `SELECT ${selected} FROM ${relation}`, rows, (chunk, before) => {
    for (const [position, array] of arrays.entries()) {
      const vector = chunk.getColumnVector(position);
      for (let row = 0; row < chunk.rowCount; row += 1) array[before + row] = vector.getItem(row) as number;
    }
  });
  return { rows, columns: new Map(names.map((name, position) => [name, arrays[position] ?? allocate(0)])) };
}
