import type { CsvOptions, FileSource, SourceOptions } from '../contracts/dataset.js';
import type { JsonObject } from '../contracts/json.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { OptionsOf } from '../kinds/options-of.js';
import type { OptionProblem } from '../pipeline/options/problems.js';
import type { DuckDb } from './duckdb.js';
import type { SourceGroup } from './source/source-group.js';

/** A format of files that the engine reads. */
export interface FileFormat extends Kind {
  /** Every value is a text, and is read by the rules of texts. */
  readonly readsTexts: boolean;
  /** Every option that is unknown or wrong, and those that contradict each other. */
  problems(options?: JsonObject): readonly OptionProblem[];
  /** How SQL reads the files, neighbours of one shape together. DATA_SOURCE_CORRUPT names every unreadable file; DATA_SOURCE_OPTION. */
  groups(db: DuckDb, source: FileSource, files: readonly string[]): Promise<readonly SourceGroup[]>;
}

/** A source that was added: it writes files of a format, or gives rows. */
export interface LoadedSource extends Kind {
  load(request: SourceRequest): LoadResult;
  place?(options: JsonObject): string;
  state?(options: JsonObject, signal: AbortSignal): Promise<string>;
}

export type SourceKind = FileFormat | LoadedSource;

/** A value of a row by the name of its column. A date is a time; null, undefined and NaN are missing. */
export type SourceRow = { readonly [column: string]: string | number | bigint | boolean | Date | null | undefined };

/** In what the files are that a source wrote. */
export type WrittenFiles =
  { readonly format: 'parquet'; readonly options?: SourceOptions } | { readonly format: 'csv'; readonly options?: CsvOptions };

/** What `load` gives: its rows one by one, or the format of the files that it has written into `folder` by then. */
export type LoadResult = AsyncIterable<SourceRow> | Promise<WrittenFiles>;

/** What `load` gets. */
export interface SourceRequest<Options = JsonObject> {
  /** With parameters of the run and values of secrets put in, and defaults. */
  readonly options: Options;
  /** The window that the step asks for, ISO, `to` exclusive; null: all rows. Rows outside it are left out anyway: reading less saves time. */
  readonly window: { readonly column: string; readonly from: string; readonly to: string } | null;
  /** Names of the columns that the schema has, in its order; empty of labels. */
  readonly columns: readonly string[];
  /** An empty folder for the files: all that lie in it are read, in the order of their names. It vanishes with the attempt. */
  readonly folder: string;
  /** Aborted when the step is cancelled or its time is over. */
  readonly signal: AbortSignal;
}

/** What `defineSource` takes. */
export interface SourceDefinition<Schema extends OptionsSchema = OptionsSchema> {
  /** As the plan writes it: lower case, digits and `_`. */
  readonly name: string;
  /** JSON Schema of its options. Parameters and secrets may stand for them. */
  readonly options: Schema;
  /**
   * Gives rows one by one, or writes files into `folder` and says their format. Casts, the window, event time, hashes and the cursor are the ingest
   * step's. An error of infrastructure is retried as the step says.
   */
  load(request: SourceRequest<OptionsOf<Schema>>): LoadResult;
  /** Where its rows are, for messages about them: a URL, the name of a table. Values of secrets in it are taken out of what leaves the step. */
  place?(options: OptionsOf<Schema>): string;
  /**
   * A text that is another one whenever `load` would give other rows, found without reading them: an ETag, a version, a time of change. Secrets are
   * their markers here. Without it the step is never taken from the cache.
   */
  state?(options: OptionsOf<Schema>, signal: AbortSignal): Promise<string>;
}
