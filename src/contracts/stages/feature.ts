import type { NoArguments, Operation } from './operations.js';
import type { ArtifactRef } from '../artifact.js';
import type { DatasetRef, SchemaSpec } from '../dataset.js';
import type { JsonObject } from '../json.js';
import type { ModelSignature } from '../model.js';

export type Task = 'binary' | 'regression';
/**
 * `sql` is an expression over the raw columns; binary labels come out as 0 or 1, null rows are left out. `columns`: all that it may read, where a part
 * of it was written by hand; in a plan `sql` may be an `SqlMarker`.
 */
export type LabelSpec = { readonly task: Task; readonly sql: string; readonly columns?: readonly string[] };
/** One transform: `column` or `columns`, and its options as members. */
export type TransformSpec = JsonObject & { readonly transform: string };
export type FeatureConfig = {
  readonly label: LabelSpec;
  /** How rows are parted into train and test: the split, its `column` where it takes one, and its options as members. */
  readonly split: JsonObject & { readonly by: string };
  readonly columns: { readonly [feature: string]: TransformSpec };
  /** The features in the order in which the model takes them; absent in older plans, where it is the order of `columns`. */
  readonly order?: readonly string[];
};
export type FeatureInputs = { readonly dataset: DatasetRef };
/**
 * Files of a feature set: `train.parquet` and `test.parquet` (rows in event-time order; FLOAT feature columns in order, then `__label` DOUBLE,
 * then every column of the schema, in its dataset type, prefixed `raw_`), `preprocess.onnx` (raw inputs -> `features` float[N, F]),
 * `encoders.json` (the fitted encoders, input of `buildPreprocessGraph`), `config.json` (`FeatureSettings`), `profile.json` (profile of the raw inputs, train split),
 * `samples.json` (up to 32 raw rows for warm-up). Missing on the wire: NaN for a number, the empty string for a category.
 */
export type FeatureMeta = {
  readonly task: Task;
  readonly featureNames: readonly string[];
  readonly labelSql: string;
  readonly trainRows: number;
  readonly testRows: number;
  readonly positiveRatio: number | null;
  /** Event time of the rows, ISO: those of train begin at trainFrom, those of test are [testFrom, testTo]. After a split by time train ends before testFrom. */
  readonly trainFrom: string;
  readonly testFrom: string;
  readonly testTo: string;
  /** For a split whose train rows do not all come before its test rows. */
  readonly interleaved?: InterleavedSplit;
  /** Raw columns that the model takes at serving time. */
  readonly signature: ModelSignature;
  readonly schema: SchemaSpec;
};
/** A split whose sides share a time range, such as one by group. */
export type InterleavedSplit = {
  /** Event time of the newest row of train, ISO. */
  readonly trainTo: string;
  /** As the plan has it. */
  readonly split: FeatureConfig['split'];
};
/** The feature set that was published. */
export type FeatureResult = ArtifactRef<'feature-set', FeatureMeta>;
/** What a feature set was made from. */
export type FeatureSettings = { readonly config: FeatureConfig; readonly dataset: Pick<DatasetRef, 'kind' | 'id'> };

export type FeatureOperations = { readonly feature: Operation<NoArguments, FeatureResult> };
