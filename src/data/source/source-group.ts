/** A column of a relation, found by its name in the files. */
export interface SourceColumn {
  /** How SQL names it in the group's relation. */
  readonly sql: string;
  /** Physical type of DuckDB; a CSV column is always text. */
  readonly type: string;
}

/** Files, neighbours in name order, whose columns have the same names and physical types. */
export interface SourceGroup {
  readonly files: readonly string[];
  /** SQL of all their rows. */
  readonly relation: string;
  readonly columns: ReadonlyMap<string, SourceColumn>;
  /** Names that a header has more than once; no column is read under them. */
  readonly repeated: ReadonlySet<string>;
  /** Rows that must be read, counted by other means than the engine's; null when the format's own count holds. */
  readonly rows: number | null;
}
