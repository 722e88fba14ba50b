import type { NoArguments, Operation } from './operations.js';
import type { ArtifactRef } from '../artifact.js';
import type { ComparedChampion } from '../model.js';
import type { FeatureResult } from './feature.js';
import type { TrainResult } from './train.js';

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
  /** A blessed model is fitted again on all rows, including the test rows, and the refit is deployed. Absent: the blessed model itself. */
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
  /** Id of the refit on all rows, which is deployed in place of the candidate. Absent: the candidate itself. */
  readonly refit?: string;
  /** Results of the gate's guards, in their order; absent without a champion, and in older evaluations. */
  readonly guards?: readonly GuardComparison[];
};
/** The metrics of a model on its test rows, what the gate decided, and why. */
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

/** Outcome of the infra check. `problems` is empty when blessed. */
export type Blessing = {
  readonly blessed: boolean;
  readonly problems: readonly string[];
  readonly modelBytes: number;
  readonly sampleRows: number;
  /** Of single rows, ms; null when the model did not get so far. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
};

/** The infra check, then metrics and gate, then the refit of what was blessed. */
export type EvaluateOperations = {
  readonly bless: Operation<NoArguments, Blessing>;
  readonly evaluate: Operation<{ readonly blessing: Blessing }, EvaluateResult>;
  readonly refit: Operation<{ readonly evaluation: EvaluateResult }, EvaluateResult>;
};
