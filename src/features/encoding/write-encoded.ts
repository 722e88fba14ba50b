import type { ColumnSpec } from '../../contracts/dataset.js';
import { COLUMNS_AT_ONCE, forBlocks } from '../../data/column-blocks.js';
import type { DuckDb } from '../../data/duckdb.js';
import { identifier } from '../../contracts/sql-text.js';
import { writeParquet } from '../../data/datasets/write-dataset.js';
import { encodedRows } from './encode-sql.js';
import type { Encoder } from './encoder.js';
import { rawColumnsOf } from './encoder.js';
import type { TargetLookup } from '../rows/label-lookup.js';
import type { RowsOf } from '../rows/split-rows.js';

/** Writes the features as FLOAT, `__label`, and every raw column as `raw_<name>`, in row order, as one Parquet file. */
export async function writeEncoded(
  db: DuckDb,
  relation: RowsOf,
  encoders: readonly Encoder[],
  columns: readonly ColumnSpec[],
  lookups: ReadonlyMap<string, TargetLookup>,
  path: string,
): Promise<void> {
  const others = ['__label', ...columns.map(({ name }) => `${identifier(name)} AS ${identifier(`raw_${name}`)}`)];
  if (encoders.length <= COLUMNS_AT_ONCE) return writeParquet(db, encodedRows(relation(), encoders, others, lookups), path);
  const tables: string[] = [];
  const keep = async (query: string): Promise<void> => {
    const table = `encoded_${String(tables.length)}`;
    tables.push(table);
    await db.run(`CREATE TABLE ${table} AS ${query}`);
  };
  const needed = (encoder: Encoder): string[] => [...rawColumnsOf(encoder).map(identifier), '__row', '__turn'];
  await forBlocks(db, relation, encoders, needed, (rows, some) => keep(encodedRows(rows, some, [], lookups)));
  await keep(`SELECT ${others.join(', ')} FROM ${relation()} ORDER BY __row`);
  await writeParquet(db, `SELECT * FROM ${tables.join(' POSITIONAL JOIN ')}`, path);
  for (const table of tables) await db.run(`DROP TABLE ${table}`);
}
