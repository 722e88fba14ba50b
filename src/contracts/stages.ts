import type { Owner } from './ownership.js';
import type { ArtifactRef } from './artifact.js';
import type { DatasetRef, SchemaSpec, SourceSpec } from './dataset.js';
import type { GateDecision } from './gates.js';
import type { JsonObject } from './json.js';
import type { ComparedChampion, ModelSignature } from './model.js';

/** Configuration (inside `PlanStep.config`, after parameters are put in), inputs and result of each stage. All plain JSON. */

// ---- ingest
export type IngestConfig = {
  readonly source: SourceSpec;
  readonly schema: SchemaSpec;
  /** Half-open event-time window [from, to), ISO dates or date-times, UTC. */
  readonly window?: { readonly column: string; readonly from: string; readonly to: string };
  /** Name under which the data set is published: `datasets/<name>/`. */
  readonly publish?: string;
};
export type IngestResult = DatasetRef;

// ---- validate
export type Severity = 'info' | 'warn' | 'error';
export type CheckSpec = {
  /** `row_count_between`, `not_null`, `freshness`, `between`, `in_set`, `unique`, ... */
  readonly check: string;
  readonly id: string;
  readonly column?: string;
  readonly severity: Severity;
  /** Share of rows, 0..1, that must pass. */
  readonly mostly?: number;
  readonly arguments: JsonObject;
};
export type ValidateConfig = { readonly checks: readonly CheckSpec[] };
export type ValidateInputs = { readonly dataset: DatasetRef };
export type CheckOutcome = {
  readonly id: string;
  readonly check: string;
  readonly column: string | null;
  readonly severity: Severity;
  readonly passed: boolean;
  readonly observed: number | string | null;
  readonly expected: string;
  readonly failingRows: number;
};
export type ValidateResult = {
  readonly dataset: DatasetRef;
  readonly report: ArtifactRef<'validation-report'>;
  readonly status: 'passed' | 'warned';
  /** Of all checks, those of the schema included. */
  readonly counts: { readonly checks: number; readonly warned: number; readonly informed: number };
  /** All outcomes while they are few; else those of checks that did not pass, as many as fit. `report.json` of the report has them all. */
  readonly checks: readonly CheckOutcome[];
};

// ---- feature
export type Task = 'binary' | 'regression';
/** `sql` is an expression over the raw columns; binary labels come out as 0 or 1, null rows are left out. */
export type LabelSpec = { readonly task: Task; readonly sql: string };
export type TransformSpec =
  | { readonly transform: 'hour_of' | 'weekday_of'; readonly column: string }
  | { readonly transform: 'numeric' | 'standardize'; readonly column: string }
  | { readonly transform: 'one_hot'; readonly column: string; readonly maxCategories: number }
  | {
      readonly transform: 'target_encode';
      readonly columns: readonly string[];
      readonly smoothing: number;
      readonly folds: number;
    };
export type FeatureConfig = {
  readonly label: LabelSpec;
  /** The newest `testMs` of event time become the test split. */
  readonly split: { readonly by: 'time'; readonly testMs: number };
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
  /** Event time of the rows, ISO: train is [trainFrom, testFrom), test is [testFrom, testTo]. */
  readonly trainFrom: string;
  readonly testFrom: string;
  readonly testTo: string;
  /** Raw columns that the model takes at serving time. */
  readonly signature: ModelSignature;
  readonly schema: SchemaSpec;
};
export type FeatureResult = ArtifactRef<'feature-set', FeatureMeta>;
/** What a feature set was made from. */
export type FeatureSettings = { readonly config: FeatureConfig; readonly dataset: Pick<DatasetRef, 'kind' | 'id'> };

// ---- train
export type GbdtSpec = {
  readonly trainer: 'gbdt';
  readonly trees: number;
  readonly learningRate: number;
  readonly leaves: number;
  readonly minRowsInLeaf: number;
  readonly maxBins: number;
  readonly l2: number;
  readonly featureFraction: number;
  /** Stop when the last `earlyStopping` trees did not improve the loss on the newest 10% of the training rows; 0 = off. */
  readonly earlyStopping: number;
  /** Fits on at most so many of the training rows, drawn evenly over time; absent: on all. */
  readonly maxRows?: number;
};
export type TrainerSpec = GbdtSpec;
export type TrainConfig = {
  readonly trainer: TrainerSpec;
  readonly threads?: number;
  readonly seed?: number;
  readonly checkpointEvery?: number;
};
export type TrainInputs = { readonly features: FeatureResult };
/** Files of a model: `model.onnx` (raw columns -> `score` float[N,1]), `signature.json`, `samples.json`, `trainer.json` (trees as JSON). */
export type ModelMeta = {
  readonly task: Task;
  readonly trainer: string;
  readonly signature: ModelSignature;
  readonly featureSet: string;
  readonly trees: number;
  readonly trainRows: number;
  readonly trainFrom: string;
  readonly testFrom: string;
  readonly testTo: string;
  readonly seed: number;
  readonly metrics: { readonly [name: string]: number };
  /** Id of the model that was evaluated in its place: this one was fitted with the same settings on all rows, those of the test too. */
  readonly refitOf?: string;
};
export type TrainResult = ArtifactRef<'model', ModelMeta>;

// ---- evaluate
export type GateSpec = {
  readonly than: 'champion';
  readonly metric: string;
  /** One-sided confidence of the paired bootstrap, e.g. 0.95. */
  readonly confidence: number;
  readonly samples: number;
  /** 0 = superiority; > 0 = non-inferiority by that margin. */
  readonly margin: number;
  /** What must not be lost for it: each shown to be no worse than the champion by more than its margin. Absent: none. */
  readonly guards?: readonly GuardSpec[];
  /** Fewest test rows of the rarer class of a binary label for a decision, for bootstrap bounds are too narrow below. Absent: any. */
  readonly minEvents?: number;
};
export type GuardSpec = {
  readonly metric: string;
  /** In the unit of the metric, or, when `relative`, as a share of the champion's value. */
  readonly margin: number;
  readonly relative: boolean;
};
export type EvaluateConfig = {
  readonly metrics: readonly string[];
  readonly gate: GateSpec;
  readonly slices: readonly string[];
  readonly minSliceRows: number;
  /** Registered model name; default the pipeline's name. */
  readonly model: string;
  /** Longest p99 in ms of the load-and-serve check. */
  readonly infra: { readonly maxP99Ms: number };
  /** A blessed model is fitted anew on all rows, those of the test too, and that one goes on. Absent: the blessed model itself. */
  readonly refit?: { readonly threads?: number };
};
export type EvaluateInputs = { readonly model: TrainResult; readonly features: FeatureResult };
export type MetricValues = { readonly [metric: string]: number | null };
export type GateComparison = {
  readonly metric: string;
  readonly challenger: number;
  /** Champion's value on the same rows, or the base-rate baseline when there is no champion. */
  readonly opponent: number;
  readonly opponentKind: 'champion' | 'baseline';
  readonly opponentVersion: number | null;
  /** challenger - opponent, oriented so that positive is better. */
  readonly delta: number;
  readonly deltaLow: number;
  readonly deltaHigh: number;
};
export type GuardComparison = GateComparison & {
  /** In the unit of the metric. */
  readonly margin: number;
};
export type EvaluationDecision = 'blessed' | 'rejected' | 'inconclusive';
/** Files: `evaluation.json`, `report.html`, `profile.json` (inputs of the training profile + `score` on the test split). */
export type EvaluationMeta = {
  readonly model: string;
  readonly decision: EvaluationDecision;
  readonly reasons: readonly string[];
  readonly metrics: MetricValues;
  /** Null when nothing could be compared: the infra check failed, or the metric is undefined on the test split. */
  readonly gate: GateComparison | null;
  /** The champion that stood when the model was judged, and no other, may be replaced on the strength of this; null when there was none. Absent in old records. */
  readonly comparedWith?: ComparedChampion | null;
  /** Id of the artifact of the model that was judged. Absent in old records. */
  readonly candidate?: string;
  /** Id of the model that was fitted anew on all rows and goes on in place of the candidate. Absent: the candidate goes on itself. */
  readonly refit?: string;
  /** Of the gate's guards, in their order; absent without a champion, and of older evaluations. */
  readonly guards?: readonly GuardComparison[];
};
export type EvaluateResult = {
  readonly evaluation: ArtifactRef<'evaluation', EvaluationMeta>;
  readonly model: TrainResult;
  readonly decision: EvaluationDecision;
  readonly reasons: readonly string[];
  readonly metrics: MetricValues;
  readonly gate: GateComparison | null;
  /** As in `EvaluationMeta`. */
  readonly comparedWith?: ComparedChampion | null;
  readonly guards?: readonly GuardComparison[];
};

// ---- deploy
export type RolloutSpec = {
  readonly strategy: 'canary';
  /** Per cent of traffic for the candidate, ascending, last 100. */
  readonly weights: readonly number[];
  readonly bakeMs: number;
  readonly health: {
    readonly maxErrorRatio: number;
    readonly maxP99Ms: number;
    readonly readyTimeoutMs: number;
    /** Requests of the candidate in one bake below which its health is inconclusive; absent: 20. */
    readonly minRequests?: number;
  };
  /** What an inconclusive bake leads to; absent: `continue`. */
  readonly onInconclusive?: 'rollBack' | 'continue' | 'wait';
};
export type DeployConfig = { readonly endpoint: string; readonly model: string; readonly rollout: RolloutSpec };
export type DeployInputs = { readonly evaluation: EvaluateResult };
export type DeployResult = {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** `superseded`: what the roll-out counted on was changed by somebody else; `reasons` say by whom. */
  readonly outcome: 'promoted' | 'rejected' | 'rolled-back' | 'superseded';
  readonly reasons: readonly string[];
  readonly revision: number;
};

// ---- monitor
export type DriftStatistic = 'psi' | 'ks' | 'wasserstein' | 'jensen_shannon';
export type DriftRule = { readonly statistic: DriftStatistic; readonly max: number };
export type MonitorConfig = {
  readonly endpoint: string;
  readonly model: string;
  readonly everyMs: number;
  /** `event`: windows are closed by request (`closeWindow`); `wall`: a Temporal schedule closes one window every `everyMs`. */
  readonly clock: 'event' | 'wall';
  /** On the wall's clock: how long after its end a window waits for rows that are still on their way, ms; default a minute, or half of `everyMs` when that is less. */
  readonly graceMs?: number;
  /** Key: a raw column, or `score`. */
  readonly drift: { readonly [column: string]: DriftRule };
  readonly labels?: { readonly source: SourceSpec; readonly key: string; readonly sql: string; readonly delayMs: number };
  readonly performance: readonly { readonly metric: string; readonly below: number }[];
  /** Signal when at least `windows` of the last `of` windows crossed. */
  readonly persistence: { readonly windows: number; readonly of: number };
  readonly minRows: number;
  readonly minLabelCoverage: number;
};
export type MonitorInputs = { readonly endpoint: DeployResult };
export type MonitorResult = {
  readonly model: string;
  readonly endpoint: string;
  readonly everyMs: number;
  readonly schedule: string | null;
};

// ---- retrain
export type TriggerSpec =
  | { readonly on: 'drift' }
  | { readonly on: 'performance'; readonly metric: string; readonly below: number }
  | { readonly on: 'new_rows'; readonly rows: number }
  | { readonly on: 'cron'; readonly expression: string; readonly timezone: string };
export type RetrainConfig = {
  readonly model: string;
  readonly pipeline: string;
  readonly on: readonly TriggerSpec[];
  readonly debounceMs: number;
  readonly coolDownMs: number;
  readonly budget: { readonly runs: number; readonly perMs: number };
  /** Which clock cool-down and budget read: that of the data (`event`) or the wall's. */
  readonly clock: 'event' | 'wall';
  /**
   * Rows of a retrain, written into the pipeline's parameters of these names as ISO dates: those of the newest `lengthMs`, or, when that is
   * null, all since `since`, the start of the run that handed the policy over. Rows of the newest `labelDelayMs` are left out, for their labels
   * may be missing; absent: 0.
   */
  readonly window: {
    readonly lengthMs: number | null;
    readonly since?: string;
    readonly labelDelayMs?: number;
    readonly from: string;
    readonly to: string;
  };
  /** Other parameters of the started runs. */
  readonly parameters: JsonObject;
  /** Who handed it over; absent in a policy of before owners were kept. */
  readonly owner?: Owner;
};
export type RetrainResult = { readonly entity: string; readonly model: string };

// ---- gate
export type GateConfig = {
  readonly message: string;
  readonly expiresMs: number | null;
  /** What an unanswered gate does when it expires: fails with EXECUTION_GATE_EXPIRED, as if rejected, or as if approved. Absent: `fail`. */
  readonly onExpiry?: 'fail' | 'reject' | 'approve';
  /** So many distinct people must approve; absent: 1. One rejection rejects. */
  readonly quorum?: number;
  /** Who may answer; absent: anybody. */
  readonly approvers?: readonly string[];
  /** Unanswered for so long, these people may answer too. */
  readonly escalate?: { readonly afterMs: number; readonly to: readonly string[] };
  /** The author of the run may not answer. When nobody knows the author, two people at least must approve. */
  readonly fourEyes?: true;
};
/**
 * Result of an approved gate: who approved last and why; `by` is `expiry` when it approved itself. A rejected gate fails with
 * EXECUTION_GATE_REJECTED. `decisions`: all that counted, in order.
 */
export type GateResult = {
  readonly approved: true;
  readonly by: string;
  readonly reason: string | null;
  readonly decisions?: readonly GateDecision[];
};
