import { literal } from '../contracts/sql-text.js';

/** Files as the list that DuckDB's readers take. Names are just names: the readers would take `[`, `*` and `?` for a glob. */
export function fileList(paths: readonly string[]): string {
  return `[${paths.map((path) => literal(path.replace(/[[*?]/g, '[$&]'))).join(', ')}]`;
}

/** A relation over Parquet files; rows come in the order of the files and of the rows in them. */
export function parquetRelation(paths: readonly string[]): string {
  return `read_parquet(${fileList(paths)})`;
}
