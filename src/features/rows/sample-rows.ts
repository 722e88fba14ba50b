import type { ColumnSpec } from '../../contracts/dataset.js';
import type { DuckDb, SqlRow, SqlValue } from '../../data/duckdb.js';
import { identifier } from '../../contracts/sql-text.js';

const SAMPLES = 32;

/**
 * Up to 32 training rows as a client would send them: timestamps in ISO-8601, missing values null. Always the same ones, spread over the
 * split by a hash of the row's position.
 */
export async function sampleRows(db: DuckDb, train: string, columns: readonly ColumnSpec[]): Promise<readonly SqlRow[]> {
  const selected = columns.map(({ name, type }) => {
    const column = identifier(name);
    return type === 'timestamp' ? `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%gZ') AS ${column}` : column;
  });
  const rows = await db.query(
    `SELECT ${selected.join(', ')} FROM ${train} ORDER BY (__row * 2654435761) % 4294967296, __row LIMIT ${String(SAMPLES)}`,
  );
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, finite(value)])));
}

function finite(value: SqlValue): SqlValue {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
