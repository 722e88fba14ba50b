import type { JsonObject } from '../contracts/json.js';
import type { SqlQuote } from '../contracts/sql-text.js';
import type { SqlRow } from '../data/duckdb.js';
import type { OptionsSchema } from '../kinds/json-schema.js';
import type { Kind } from '../kinds/kind.js';
import type { OptionsOf } from '../kinds/options-of.js';
import type { GraphBuilder } from '../onnx/model-builder.js';
import type { LabelLookup } from './rows/label-lookup.js';

/** What a transform may ask of its columns. */
export type TransformNeed = 'number' | 'numeric' | 'timestamp' | 'category' | 'text';

/** What a transform learns from. */
export interface FitSubject<Options = JsonObject> {
  /** The training rows, as a relation with the columns of the transform and nothing else: no label. */
  readonly rows: string;
  /** Each column as SQL, as it is served: a number is float32, NaN where it is missing; a timestamp is milliseconds; a category that is missing is ''. */
  readonly inputs: readonly string[];
  /** With parameters of the run put in, and defaults. */
  readonly options: Options;
  /** Small results: one row, or as many as the state holds. Sums add up in the order of the rows. */
  readonly query: (sql: string) => Promise<readonly SqlRow[]>;
  readonly quote: SqlQuote;
}

/** What the SQL half of a transform computes features of. */
export interface SqlSubject<State = JsonObject> {
  /** Each column as SQL; see `FitSubject`. */
  readonly inputs: readonly string[];
  readonly state: State;
  readonly quote: SqlQuote;
}

/** What the ONNX half of a transform writes nodes for. */
export interface GraphSubject<State = JsonObject> {
  readonly builder: Pick<GraphBuilder, 'node' | 'initializer'>;
  /** Names of tensors [N, 1]: float of numbers and booleans, NaN where missing; int64 milliseconds of timestamps; string, '' where missing. */
  readonly inputs: readonly string[];
  readonly state: State;
  /** Every name of a node's output and of an initializer begins with it and `/`. */
  readonly prefix: string;
  /** For messages. */
  readonly feature: string;
}

/** For a transform that learns from labels: the row's value in its lookup table, as SQL; null for an unknown key. */
export interface Looked {
  readonly lookup: string;
}

interface Parts<Schema extends OptionsSchema, State> {
  /** As the plan names it: lower case, digits and `_`. */
  readonly name: string;
  /** JSON Schema of the options. `default` stands for an option that is left out. */
  readonly options: Schema;
  /** What is wrong with options that fit the schema one by one. */
  problems?(given: { readonly options: OptionsOf<Schema> }): readonly string[];
  /**
   * Learns from the training rows: a plain JSON object, kept with the feature set and in the model. The same rows give the same state. A transform
   * without it has its options as state.
   */
  fit?(subject: FitSubject<OptionsOf<Schema>>): Promise<State>;
  /** In place of `fit`, for data sets of thousands of columns: learns of many columns in one statement. One state for each subject, in their order. */
  fitTogether?(subjects: readonly FitSubject<OptionsOf<Schema>>[]): Promise<readonly State[]>;
  /** Names of the features; default: the feature's own, for one. */
  features?(feature: string, state: State): readonly string[];
  /** A number or a boolean for each feature, in SQL over the inputs; it becomes float32. No null comes out: NaN is missing. */
  sql(subject: SqlSubject<State>): string | readonly string[];
  /** Adds the nodes that compute the same bits, and returns the name of a float tensor [N, number of features]. ONNX opset 17, ai.onnx.ml 3. */
  onnx(subject: GraphSubject<State>): string;
}

/** A transform of one column. */
export interface ColumnTransformDefinition<Schema extends OptionsSchema, Need, State> extends Parts<Schema, State> {
  /** What it asks of its one column. */
  readonly column: Need;
}

/** A transform of several columns together. */
export interface ColumnsTransformDefinition<Schema extends OptionsSchema, Need, State> extends Parts<Schema, State> {
  /** What it asks of each of its columns, of which it takes one or more. */
  readonly columns: Need;
}

/** A definition whose options and state are known at run time only. */
export interface TransformKind extends Kind {
  readonly need: TransformNeed;
  readonly takes: 'column' | 'columns';
  readonly problems?: (given: { readonly options: JsonObject }) => readonly string[];
  readonly fit?: (subject: FitSubject) => Promise<JsonObject>;
  readonly fitTogether?: (subjects: readonly FitSubject[]) => Promise<readonly JsonObject[]>;
  readonly features?: (feature: string, state: JsonObject) => readonly string[];
  readonly sql: (subject: SqlSubject & Looked) => string | readonly string[];
  readonly onnx: (subject: GraphSubject) => string;
  /** For a transform that learns from the label. */
  readonly lookup?: LabelLookup;
}
