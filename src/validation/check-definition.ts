import type { ColumnSpec } from '../contracts/dataset.js';
import type { JsonObject } from '../contracts/json.js';
import type { SqlQuote } from '../contracts/sql-text.js';
import type { SqlValue } from '../data/duckdb.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { OptionsOf } from '../kinds/options-of.js';
import type { CheckNeed } from '../pipeline/options/check.js';

/** Name and type of the column of a check. */
export type CheckColumn = Pick<ColumnSpec, 'name' | 'type'>;

/** What the functions of a check get. */
export interface CheckSubject<Options = JsonObject, Column extends CheckColumn | null = CheckColumn | null> {
  /** The column; `sql` is its quoted name. Null of a check that takes none. */
  readonly column: Column extends null ? null : Column & { readonly sql: string };
  /** With parameters of the run put in, and defaults. */
  readonly options: Options;
  /** Share of rows, 0..1, that must pass; 1 when none was asked for. */
  readonly mostly: number;
  /** End of the ingested window, in ms since 1970; now, when there is none. */
  readonly untilMs: number;
  readonly quote: SqlQuote;
}

/** A check that each row passes or breaks. Both conditions are SQL over the columns of the row; null counts as false. */
export interface RowRule {
  /** Rows that the check looks at; `true` for all. */
  readonly applies: string;
  /** Those of them that break it. */
  readonly breaks: string;
  /** What holds for a row that passes, in words that follow "expected": `a value`. */
  readonly expected: string;
}

/** How a check came out. */
export interface CheckVerdict {
  readonly passed: boolean;
  /** What was found, for the report: a finite number, a text, or null when there was nothing to look at. */
  readonly observed: number | string | null;
  /** Rows that break the check, >= 0; 0 where rows cannot be told apart. */
  readonly failingRows: number;
}

/** Values of SQL aggregates, in their order. */
export type AggregateValues = readonly (SqlValue | undefined)[];

/** A check of the rows as a whole. */
export interface TableMeasure {
  /** In words that follow "expected". */
  readonly expected: string;
  /** SQL aggregates over the rows. Each gives a number, a text, a boolean or null. */
  readonly aggregates: readonly string[];
  /** Pure. @param rows - how many there are. */
  judge(values: AggregateValues, rows: number): CheckVerdict;
}

type ColumnOf<Need extends CheckNeed> = Need extends null ? null : CheckColumn;

interface Parts<Schema extends OptionsSchema, Need extends CheckNeed> {
  /** As the plan and the report name it: lower case, digits and `_`. */
  readonly name: string;
  /** What it asks of its column. Null: it takes none. */
  readonly column: Need;
  /** JSON Schema of the options, without `id`, `severity` and `mostly`, which every check has. */
  readonly options: Schema;
  /** What is wrong with options that fit the schema one by one. Called where the pipeline is defined, and in the run. */
  problems?(given: { readonly options: OptionsOf<Schema>; readonly column: ColumnOf<Need> }): readonly string[];
  /** True: its outcome is another one later, when the data set has no window; no result of it is taken from the cache then. */
  readonly changesWithTime?: true;
}

type Subject<Schema extends OptionsSchema, Need extends CheckNeed> = CheckSubject<OptionsOf<Schema>, ColumnOf<Need>>;

/** A check that holds or not for each row: it passes when at least `mostly` of the rows that it looks at hold. */
export interface RowCheckDefinition<Schema extends OptionsSchema, Need extends CheckNeed> extends Parts<Schema, Need> {
  rule(subject: Subject<Schema, Need>): RowRule;
  /** True: each distinct value of the column is looked at once. For conditions over the column alone that cost more than its grouping. */
  readonly byValue?: true;
}

/** A check of all rows together. */
export interface TableCheckDefinition<Schema extends OptionsSchema, Need extends CheckNeed> extends Parts<Schema, Need> {
  measure(subject: Subject<Schema, Need>): TableMeasure;
}

/** What a check is made of: a rule for rows, or a measure of the table. */
export type CheckDefinition<Schema extends OptionsSchema, Need extends CheckNeed> =
  RowCheckDefinition<Schema, Need> | TableCheckDefinition<Schema, Need>;

/** A definition whose options are known at run time only; it has `rule` or `measure`. */
export interface CheckKind extends Kind {
  readonly column: CheckNeed;
  readonly changesWithTime?: true;
  readonly byValue?: true;
  readonly problems?: (given: { readonly options: JsonObject; readonly column: CheckColumn | null }) => readonly string[];
  readonly rule?: (subject: CheckSubject) => RowRule;
  readonly measure?: (subject: CheckSubject) => TableMeasure;
}
