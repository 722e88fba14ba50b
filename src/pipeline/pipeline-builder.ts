import type { CommandResult } from '../contracts/stages/command.js';
import type { JsonValue } from '../contracts/json.js';
import type { JoinMode } from '../contracts/plan.js';
import type { MapResult } from '../contracts/stages/map.js';
import type { Task } from '../contracts/stages/feature.js';
import type { ParameterShape } from '../schema/parameter.js';
import type { RunCondition } from './expressions/expression.js';
import type { CleanUpOptions } from './flow/finally.js';
import type { Joined, JoinOptions } from './flow/join.js';
import type { LoopOptions, LoopReference, StartedLoopOptions } from './flow/loop.js';
import type { Branches, BranchResult } from './flow/when.js';
import type { MapItems, MapOptions, MapReference } from './flow/map.js';
import type { MetricOf } from './kinds/metrics.js';
import type { ParameterReferences } from './references/parameter-reference.js';
import type { Pipeline } from './pipeline.js';
import type {
  ApprovalReference,
  DatasetReference,
  EndpointReference,
  EvaluationReference,
  FeatureSetReference,
  ModelReference,
  MonitorReference,
  RetrainReference,
  ValidationReference,
} from './references/stage-references.js';
import type { Reference, Ref } from './references/reference.js';
import type { NoSecrets, SecretReferences } from './options/secret.js';
import type { CommandOptions, PythonOptions, ResultValues, WithResult } from './stages/command.js';
import type { ApprovalOptions } from './stages/approval.js';
import type { CallArguments, CallOptions, NamedCallParameters } from './stages/call.js';
import type { CustomStepOptions, JsonOutput, StepInputs } from './stages/custom.js';
import type { DeployOptions } from './stages/deploy.js';
import type { EvaluateOptions, MetricsAskedFor } from './stages/evaluate.js';
import type { FeatureOptions } from './stages/feature.js';
import type { IngestOptions } from './stages/ingest.js';
import type { MonitorOptions } from './stages/monitor.js';
import type { RetrainOptions } from './stages/retrain.js';
import type { TrainOptions } from './stages/train.js';
import type { ValidateOptions } from './stages/validate.js';

/** What the builder function of `definePipeline` gets. Each call adds a step and returns its reference. */
export interface PipelineBuilder<Shape extends ParameterShape> {
  /** A reference to every parameter, for use in options. */
  readonly params: ParameterReferences<Shape>;
  /** Reads a source into an immutable data set. */
  ingest<Of extends string>(options: IngestOptions<Of>): DatasetReference<Of>;
  /** Checks a data set; a failing check of severity `error` fails the step. */
  validate<Of extends string>(dataset: DatasetReference<Of>, options: ValidateOptions<Of>): ValidationReference<Of>;
  /** Fits encoders on the training rows and writes the split feature set. */
  feature<Of extends string, T extends Task>(
    data: DatasetReference<Of> | ValidationReference<Of>,
    options: FeatureOptions<Of, T>,
  ): FeatureSetReference<Of, T>;
  /** Trains one model. */
  train<Of extends string, T extends Task>(features: FeatureSetReference<Of, T>, options: TrainOptions): ModelReference<Of, T>;
  /** Measures a model on the held-out rows of its feature set, and judges it against the champion. */
  evaluate<Of extends string, T extends Task, const Asked extends MetricOf<T> = never, const Judged extends MetricOf<T> = never>(
    model: ModelReference<Of, T>,
    options?: EvaluateOptions<Of, T, Asked, Judged>,
  ): EvaluationReference<Of, T, MetricsAskedFor<T, Asked, Judged>>;
  /** Registers the model and, when it is blessed, rolls it out. */
  deploy<Of extends string, T extends Task>(
    evaluation: EvaluationReference<Of, T>,
    options?: DeployOptions,
  ): EndpointReference<Of, T>;
  /** Watches an endpoint's predictions, window by window. */
  monitor<Of extends string, T extends Task>(
    endpoint: EndpointReference<Of, T>,
    options: MonitorOptions<Of, T>,
  ): MonitorReference;
  /**
   * Hands the retraining policy of a model to its continuous-training entity, after the monitor whose signals it waits for. A policy of rows
   * and schedules alone may follow the endpoint.
   */
  retrain(after: MonitorReference | EndpointReference, options: RetrainOptions<Shape>): RetrainReference;
  /** Any TypeScript code as a step. */
  step<Inputs extends StepInputs, Output, Secrets extends SecretReferences = NoSecrets>(
    id: string,
    options: CustomStepOptions<Inputs, Output, Secrets, Shape> & JsonOutput<Output>,
  ): Reference<Output>;
  /**
   * Runs another pipeline as a run of its own and gives what its builder returned. A pipeline that is known by name only must be there on
   * the worker; its parameters are checked when it starts.
   */
  call<Params, Result>(id: string, pipeline: Pipeline<Params, Result>, ...options: CallArguments<Params>): Reference<Result>;
  call(id: string, pipeline: string, options?: CallOptions<NamedCallParameters>): Reference<JsonValue>;
  /**
   * Declares steps that run only when the condition holds, and others that run only when it does not; each is skipped otherwise, and so is
   * what needs it. The condition is answered in the run, as soon as the results that it reads are there. Where both functions return a
   * reference, it gives one reference: of what the branch that is taken returned.
   */
  when<Met>(condition: RunCondition, met: () => Met): Branches<Met, undefined>;
  when<Met, Otherwise>(condition: RunCondition, met: () => Met, otherwise: () => Otherwise): BranchResult<Met, Otherwise>;
  /** Brings branches together. */
  join<const Refs extends readonly [Ref, ...Ref[]], Mode extends JoinMode>(
    id: string,
    references: Refs,
    options: JoinOptions<Mode>,
  ): Joined<Refs, Mode>;
  /** Repeats steps until a condition holds for the result of a round, `times` times at most. */
  loop<State>(id: string, options: StartedLoopOptions<State>): LoopReference<State>;
  loop<Result>(id: string, options: LoopOptions<Result>): LoopReference<Result>;
  /** TypeScript code that runs when everything else has ended: with success, with a failure, or because the run was cancelled. */
  finally<Inputs extends StepInputs, Output, Secrets extends SecretReferences = NoSecrets>(
    id: string,
    options: CleanUpOptions<Inputs, Output, Secrets, Shape> & JsonOutput<Output>,
  ): void;
  /** Any program as a step. With `result` the typed content of its `output/result.json` is part of what it gives. */
  command<Result extends ParameterShape, Metric extends string = never>(
    id: string,
    options: CommandOptions<Metric> & WithResult<Result>,
  ): Reference<CommandResult<ResultValues<Result>, Metric>>;
  command<Metric extends string = never>(id: string, options: CommandOptions<Metric>): Reference<CommandResult<null, Metric>>;
  /** A Python script as a step, in a virtual environment of its requirements. `result` as for `command`. */
  python<Result extends ParameterShape, Metric extends string = never>(
    id: string,
    options: PythonOptions<Metric> & WithResult<Result>,
  ): Reference<CommandResult<ResultValues<Result>, Metric>>;
  python<Metric extends string = never>(id: string, options: PythonOptions<Metric>): Reference<CommandResult<null, Metric>>;
  /**
   * Runs the steps that `body` declares once for each item, many at once. Up to 200 items run inside the run's workflow; more are spread over
   * workflows of their own. `context.items(result)` reads what the body returned, in the order of the items.
   */
  map<Item, Returned>(
    id: string,
    items: MapItems<Item>,
    body: (item: Reference<Item>, index: Reference<number>) => Returned,
    options?: MapOptions,
  ): MapReference<Returned>;
  /** Runs over the results of another map: null stands for an item that failed there. */
  map<Item, Returned>(
    id: string,
    items: Ref<MapResult<Item>>,
    body: (item: Reference<Item | null>, index: Reference<number>) => Returned,
    options?: MapOptions,
  ): MapReference<Returned>;
  /** Waits for people to approve. */
  approval(id: string, options: ApprovalOptions): ApprovalReference;
}
