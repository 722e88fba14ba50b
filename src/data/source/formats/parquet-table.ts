import { isDeepStrictEqual } from 'node:util';
import { identifier } from '../../../contracts/sql-text.js';
import { isPipelineError } from '../../../errors/pipeline-error.js';
import type { DuckDb } from '../../duckdb.js';
import { fileList } from '../../file-list.js';
import { corruptFiles } from './csv-table.js';
import type { SourceColumn, SourceGroup } from '../source-group.js';

/** Parquet files, neighbours with the same columns together. DATA_SOURCE_CORRUPT names every file that cannot be read. */
export async function parquetGroups(db: DuckDb, files: readonly string[]): Promise<readonly SourceGroup[]> {
  const groups: { readonly columns: ReadonlyMap<string, SourceColumn>; readonly files: string[] }[] = [];
  const corrupt: { file: string; reason: string }[] = [];
  for (const file of files) {
    try {
      const columns = await parquetColumns(db, file);
      const last = groups.at(-1);
      if (last !== undefined && isDeepStrictEqual(last.columns, columns)) last.files.push(file);
      else groups.push({ columns, files: [file] });
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
      corrupt.push({ file, reason: error.parts.what });
    }
  }
  if (corrupt.length > 0) throw corruptFiles('parquet', corrupt);
  return groups.map((group) => ({ ...group, relation: parquetFiles(group.files), repeated: new Set<string>(), rows: null }));
}

async function parquetColumns(db: DuckDb, file: string): Promise<ReadonlyMap<string, SourceColumn>> {
  const described = await db.query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${parquetFiles([file])})`);
  return new Map(
    described.map((row) => {
      const name = String(row['column_name']);
      return [name, { sql: identifier(name), type: String(row['column_type']) }];
    }),
  );
}

function parquetFiles(files: readonly string[]): string {
  return `read_parquet(${fileList(files)}, union_by_name = true)`;
}
