import type { ColumnSpec, ColumnType } from '../contracts/dataset.js';

const DUCKDB_TYPES = {
  timestamp: 'TIMESTAMP',
  float: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  category: 'VARCHAR',
  text: 'VARCHAR',
} as const satisfies Record<ColumnType, string>;

/** The DuckDB type that holds a column; a timestamp is a TIMESTAMP without zone whose values are UTC. */
export function duckdbType(column: Pick<ColumnSpec, 'type'>): (typeof DUCKDB_TYPES)[ColumnType] {
  return DUCKDB_TYPES[column.type];
}
