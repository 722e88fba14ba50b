/** A column or table name as SQL: `delay` becomes `"delay"`. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as an SQL literal. The text of a statement ends for the engine at NUL, so that one is made by a function. */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}

/** Files as the list that DuckDB's readers take. Names are just names: the readers would take `[`, `*` and `?` for a glob. */
export function fileList(paths: readonly string[]): string {
  return `[${paths.map((path) => literal(path.replace(/[[*?]/g, '[$&]'))).join(', ')}]`;
}

/** A relation over Parquet files; rows come in the order of the files and of the rows in them. */
export function parquetRelation(paths: readonly string[]): string {
  return `read_parquet(${fileList(paths)})`;
}
