import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier } from '../contracts/sql-text.js';
import { parquetRelation } from './file-list.js';
import { streamRows } from './stream-rows.js';

export interface NumericColumns<Values> {
  readonly rows: number;
  /** One array of length `rows` for each name, in the order asked for; null became NaN. */
  readonly columns: Map<string, Values>;
}

/**
 * Reads numeric columns of Parquet files, in row order, into one Float32Array each. Values are rounded to float32, null becomes NaN.
 * No object is made per row.
 * @param positions - of the rows to read, ascending; all rows when it is left out.
 */
export function readNumericColumns(
  connection: DuckDBConnection,
  path: string | readonly string[],
  columns: readonly string[],
  positions?: Int32Array,
): Promise<NumericColumns<Float32Array>> {
  return readColumns(connection, path, columns, { type: 'FLOAT', allocate: (rows) => new Float32Array(rows), positions });
}

/** As `readNumericColumns`, in float64: labels, weights and milliseconds since 1970. */
export function readDoubleColumns(
  connection: DuckDBConnection,
  path: string | readonly string[],
  columns: readonly string[],
  positions?: Int32Array,
): Promise<NumericColumns<Float64Array>> {
  return readColumns(connection, path, columns, { type: 'DOUBLE', allocate: (rows) => new Float64Array(rows), positions });
}

/** Rows of Parquet files, all together. */
export async function countRows(connection: DuckDBConnection, path: string | readonly string[]): Promise<number> {
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${relationOf(path)}`);
  return Number(counted.getRows()[0]?.[0] ?? 0);
}

const relationOf = (path: string | readonly string[]): string => parquetRelation(typeof path === 'string' ? [path] : path);

interface Reading<Values> {
  readonly type: 'FLOAT' | 'DOUBLE';
  readonly allocate: (rows: number) => Values;
  readonly positions: Int32Array | undefined;
}

async function readColumns<Values extends Float32Array | Float64Array>(
  connection: DuckDBConnection,
  path: string | readonly string[],
  names: readonly string[],
  { type, allocate, positions }: Reading<Values>,
): Promise<NumericColumns<Values>> {
  const all = await countRows(connection, path);
  const rows = positions?.length ?? all;
  const arrays = names.map(() => allocate(rows));
  const selected = names.map((name) => `coalesce(${identifier(name)}::${type}, 'NaN'::${type})`).join(', ');
  let done = 0;
  await streamRows(connection, `SELECT ${selected} FROM ${relationOf(path)}`, all, (chunk, before) => {
    const first = done;
    if (positions === undefined) done += chunk.rowCount;
    else while (done < rows && (positions[done] as number) < before + chunk.rowCount) done += 1;
    for (const [position, array] of arrays.entries()) {
      const vector = chunk.getColumnVector(position);
      for (let row = first; row < done; row += 1) array[row] = vector.getItem((positions?.[row] ?? row) - before) as number;
    }
  });
  return { rows, columns: new Map(names.map((name, position) => [name, arrays[position] ?? allocate(0)])) };
}
