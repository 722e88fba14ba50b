import type { DeployResult } from '../../contracts/stages/deploy.js';
import type { EvaluateResult, MetricValues } from '../../contracts/stages/evaluate.js';
import type { FeatureResult, Task } from '../../contracts/stages/feature.js';
import type { ApprovalResult } from '../../contracts/stages/gate.js';
import type { IngestResult } from '../../contracts/stages/ingest.js';
import type { MonitorResult } from '../../contracts/stages/monitor.js';
import type { RetrainResult } from '../../contracts/stages/retrain.js';
import type { TrainResult } from '../../contracts/stages/train.js';
import type { ValidateResult } from '../../contracts/stages/validate.js';
import type { Fields, Ref, Reference } from './reference.js';

declare const STAGE: unique symbol;

/** Says to the compiler which stage made a reference and what that stage knows. */
export interface OfStage<Kind extends string = string, Known = unknown> {
  readonly [STAGE]: { readonly kind: Kind; readonly known: Known };
}

/** The reference of a stage, with the fields of its result. */
type StageRef<Kind extends string, Result, Known> = Ref<Result> & OfStage<Kind, Known> & Fields<Result>;

/** What the compiler knows from the feature stage on: the name of the schema and the label's task. */
interface Learning<Of extends string, LabelTask extends Task> {
  readonly schema: Of;
  readonly task: LabelTask;
}

/** The metrics of an evaluation by name. Where the compiler does not know which were asked for, none is offered. */
type MetricsReference<Name extends string> = string extends Name ? Ref<MetricValues> : Reference<Pick<MetricValues, Name>>;

/** A data set that `p.ingest` publishes. */
export type DatasetReference<Of extends string = string> = StageRef<'ingest', IngestResult, Of>;
/** A data set and the report of its checks, from `p.validate`. */
export type ValidationReference<Of extends string = string> = StageRef<'validate', ValidateResult, Of>;
/** A feature set with its split, from `p.feature`. */
export type FeatureSetReference<Of extends string = string, T extends Task = Task> = StageRef<
  'feature',
  FeatureResult,
  Learning<Of, T>
>;
/** A trained model, from `p.train`. */
export type ModelReference<Of extends string = string, T extends Task = Task> = StageRef<'train', TrainResult, Learning<Of, T>>;
/** An evaluation and what its gate decided, from `p.evaluate`. `Metrics`: names of those that it was asked for, the gate's among them. */
export type EvaluationReference<Of extends string = string, T extends Task = Task, Metrics extends string = string> = Ref<
  Omit<EvaluateResult, 'metrics'> & { readonly metrics: Pick<MetricValues, Metrics> }
> &
  OfStage<'evaluate', Learning<Of, T>> &
  Fields<Omit<EvaluateResult, 'metrics'>> & { readonly metrics: MetricsReference<Metrics> };
/** An endpoint and the version that it serves, from `p.deploy`. */
export type EndpointReference<Of extends string = string, T extends Task = Task> = StageRef<
  'deploy',
  DeployResult,
  Learning<Of, T>
>;
/** The monitor of an endpoint, from `p.monitor`. */
export type MonitorReference = StageRef<'monitor', MonitorResult, null>;
/** The retraining policy of a model, from `p.retrain`. */
export type RetrainReference = StageRef<'retrain', RetrainResult, null>;
/** What people decided, from `p.approval`. */
export type ApprovalReference = StageRef<'gate', ApprovalResult, null>;
