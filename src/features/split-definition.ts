import type { ColumnSpec } from '../contracts/dataset.js';
import type { JsonObject } from '../contracts/json.js';
import type { SqlQuote } from '../contracts/sql-text.js';
import type { SqlRow } from '../data/duckdb.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { OptionsOf } from '../kinds/options-of.js';
import type { ColumnNeed } from '../pipeline/lint/column-use.js';

/** The column of a split; `sql` is its quoted name. */
export type SplitColumn = Pick<ColumnSpec, 'name' | 'type'> & { readonly sql: string };

/** What a split decides by. */
export interface SplitSubject<Options = JsonObject, Column extends SplitColumn | null = SplitColumn | null> {
  /** The labelled rows, as a relation of the raw columns and `__label`. */
  readonly rows: string;
  /** Null of a split that takes no column. */
  readonly column: Column;
  /** The event time of a row, as SQL: a TIMESTAMP, never null. */
  readonly eventTime: string;
  readonly options: Options;
  /** Small results, such as a quantile. */
  readonly query: (sql: string) => Promise<readonly SqlRow[]>;
  readonly quote: SqlQuote;
}

/** Two conditions over a row in SQL, of the raw columns. No row holds for both; one that holds for neither is left out. Null counts as false. */
export interface SplitSides {
  readonly train: string;
  readonly test: string;
}

/** What a split is made of. */
export interface SplitDefinition<Schema extends OptionsSchema, Need extends ColumnNeed | null> {
  /** As the plan names it, under `by`: lower case, digits and `_`. */
  readonly name: string;
  /** What it asks of its column. Null: it takes none. */
  readonly column: Need;
  /** JSON Schema of the options. `default` stands for an option that is left out. */
  readonly options: Schema;
  /** What is wrong with options that fit the schema one by one. */
  problems?(given: { readonly options: OptionsOf<Schema> }): readonly string[];
  /**
   * The same rows give the same sides. Let a row that is not parted by time be parted by its own values, so that it stays on its side when rows
   * are added: the gate takes it that a champion of the same split was not fitted on the test rows. A side without a row is refused
   * afterwards, with `FEATURE_SPLIT_INVALID`.
   */
  sides(subject: SplitSubject<OptionsOf<Schema>, Need extends null ? null : SplitColumn>): SplitSides | Promise<SplitSides>;
}

/** A definition whose options are known at run time only. */
export interface SplitKind extends Kind {
  readonly column: ColumnNeed | null;
  readonly problems?: (given: { readonly options: JsonObject }) => readonly string[];
  readonly sides: (subject: SplitSubject) => SplitSides | Promise<SplitSides>;
}
