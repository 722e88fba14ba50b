import { type BuilderCall, withCheckedCalls } from './options/builder-calls.js';
import type { CommandResult } from '../contracts/stages/command.js';
import type { JsonValue } from '../contracts/json.js';
import type { JoinMode } from '../contracts/plan.js';
import type { MapResult } from '../contracts/stages/map.js';
import type { Task } from '../contracts/stages/feature.js';
import type { ParameterShape } from '../schema/parameter.js';
import { schemaOf } from '../schema/schema.js';
import type { RunCondition } from './expressions/expression.js';
import type { DraftInput } from './draft/draft-scope.js';
import type { DraftStep, Knowledge, PipelineDraft } from './draft/draft.js';
import { addCleanUp, type CleanUpOptions } from './flow/finally.js';
import { addJoin, type Joined, type JoinOptions } from './flow/join.js';
import { addLoop, type LoopOptions, type LoopReference, type StartedLoopOptions } from './flow/loop.js';
import { addBranches, type Branches, type BranchResult } from './flow/when.js';
import type { OptionReader } from './lint/issues.js';
import type { MapItems, MapOptions, MapReference } from './flow/map.js';
import { addMap } from './flow/map.js';
import type { MetricOf } from './kinds/metrics.js';
import type { ParameterReferences } from './references/parameter-reference.js';
import { isParameterReference, parameterReferences } from './references/parameter-reference.js';
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
import type { CommandOptions, ProgramOptions, PythonOptions, ResultValues, WithResult } from './stages/command.js';
import { commandConfig, pythonConfig } from './stages/command.js';
import type { ApprovalOptions } from './stages/approval.js';
import { approvalConfig } from './stages/approval.js';
import type { CallArguments, CallOptions, NamedCallParameters } from './stages/call.js';
import { addCall } from './stages/call.js';
import type { CustomStepOptions, JsonOutput, StepInputs } from './stages/custom.js';
import { customConfig } from './stages/custom.js';
import type { DeployOptions } from './stages/deploy.js';
import { deployConfig } from './stages/deploy.js';
import type { EvaluateOptions, MetricsAskedFor } from './stages/evaluate.js';
import { evaluateConfig } from './stages/evaluate.js';
import type { FeatureOptions } from './stages/feature.js';
import { featureConfig, inputColumnsOf, readLabel } from './stages/feature.js';
import type { IngestOptions } from './stages/ingest.js';
import { ingestConfig } from './stages/ingest.js';
import type { MonitorOptions } from './stages/monitor.js';
import { monitorConfig } from './stages/monitor.js';
import type { RetrainOptions } from './stages/retrain.js';
import { retrainConfig } from './stages/retrain.js';
import type { TrainOptions } from './stages/train.js';
import { trainConfig } from './stages/train.js';
import type { ValidateOptions } from './stages/validate.js';
import { validateConfig } from './stages/validate.js';

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

export function createBuilder<Shape extends ParameterShape>(draft: PipelineDraft): PipelineBuilder<Shape> {
  return withCheckedCalls<
    PipelineBuilder<Shape> & { readonly [Name in Exclude<keyof PipelineBuilder<Shape>, BuilderCall | 'params'>]: never }
  >({
    params: parameterReferences<Shape>(draft.parameterNames, (name) => {
      draft.reportUnknownParameter(name);
    }),
    ingest: (options) =>
      draft.add({
        kind: 'ingest',
        id: options.id ?? 'ingest',
        options,
        knows: { schema: schemaOf(options.schema) },
        ...(options.from === undefined ? {} : { inputs: findInputs(draft, options.id ?? 'ingest', { from: options.from }) }),
        config: (read) => ingestConfig(options, read),
      }),
    validate: (dataset, options) => {
      const { id = 'validate' } = options;
      const before = draft.find(dataset, draft.root.at(id), ['ingest']);
      const knows = before?.knows ?? {};
      return draft.add({
        kind: 'validate',
        id,
        options,
        knows,
        inputs: inputsFrom({ dataset: before }),
        config: (read) => validateConfig(options.checks, { schema: knows.schema, parameters: draft.parameters }, read),
      });
    },
    feature: (data, options) => addFeature(draft, data, options),
    train: (features, options) => {
      const { id = 'train' } = options;
      const before = draft.find(features, draft.root.at(id), ['feature']);
      const knows: Knowledge = before === null ? {} : { ...before.knows, features: before };
      return draft.add({
        kind: 'train',
        id,
        options,
        knows,
        inputs: inputsFrom({ features: before }),
        config: (read) => trainConfig(options, read),
      });
    },
    evaluate: (model, options = {}) => {
      const { id = 'evaluate', model: name = draft.name } = options;
      const before = draft.find(model, draft.root.at(id), ['train']);
      const knows: Knowledge = { ...before?.knows, model: name };
      return draft.add({
        kind: 'evaluate',
        id,
        options,
        knows,
        inputs: inputsFrom({ model: before, features: knows.features ?? null }),
        config: (read) => evaluateConfig(options, knows, name, read),
      });
    },
    deploy: (evaluation, options = {}) => {
      const { id = 'deploy' } = options;
      const before = draft.find(evaluation, draft.root.at(id), ['evaluate']);
      const model = before?.knows.model ?? draft.name;
      const endpoint = options.endpoint ?? model;
      return draft.add({
        kind: 'deploy',
        id,
        options,
        knows: { ...before?.knows, endpoint },
        inputs: inputsFrom({ evaluation: before }),
        config: (read) => deployConfig(options, endpoint, model, read),
      });
    },
    monitor: (endpoint, options) => {
      const { id = 'monitor' } = options;
      const before = draft.find(endpoint, draft.root.at(id), ['deploy']);
      const knows = before?.knows ?? {};
      return draft.add({
        kind: 'monitor',
        id,
        options,
        knows,
        inputs: inputsFrom({ endpoint: before }),
        config: (read) => monitorConfig(options, knows, draft.parameters, read),
      });
    },
    retrain: (after, options) => {
      const { id = 'retrain' } = options;
      const before = draft.find(after, draft.root.at(id), ['monitor', 'deploy']);
      const model = before?.knows.model ?? draft.name;
      return draft.add({
        kind: 'retrain',
        id,
        options,
        knows: { model },
        follows: before === null ? [] : [before],
        config: (read) => retrainConfig(options, model, draft, read, before),
      });
    },
    step: (id, options) => addCustomStep(draft, id, options),
    call: (id: string, pipeline: Pipeline<unknown> | string, options?: CallOptions<object>) =>
      addCall(draft, id, pipeline, options),
    when: (<Met, Otherwise>(condition: RunCondition, met: () => Met, otherwise?: () => Otherwise) =>
      addBranches(draft, condition, met, otherwise ?? (() => undefined as Otherwise))) as PipelineBuilder<Shape>['when'],
    join: (id, references, options) => addJoin(draft, id, references, options),
    loop: <Result>(id: string, options: LoopOptions<Result> | StartedLoopOptions<Result>) => addLoop(draft, id, options),
    finally: (id, options) => {
      addCleanUp(draft, id, options);
    },
    command: ((id: string, options: CommandOptions) =>
      addProgram(draft, id, options, (read) => commandConfig(options, id, read))) as PipelineBuilder<Shape>['command'],
    python: ((id: string, options: PythonOptions) =>
      addProgram(draft, id, options, (read) => pythonConfig(options, id, read))) as PipelineBuilder<Shape>['python'],
    map: <Item, Returned>(
      id: string,
      items: unknown,
      body: (item: Reference<Item>, index: Reference<number>) => Returned,
      options?: MapOptions,
    ) => addMap(draft, id, items, body, options),
    approval: (id, options) => {
      const inputs = findInputs(draft, id, options.inputs ?? {});
      return draft.add({ kind: 'gate', id, options, inputs, config: (read) => approvalConfig(options, read) });
    },
  });
}

function addFeature<Of extends string, T extends Task>(
  draft: PipelineDraft,
  data: DatasetReference<Of> | ValidationReference<Of>,
  options: FeatureOptions<Of, T>,
): FeatureSetReference<Of, T> {
  const { id = 'feature' } = options;
  const before = draft.find(data, draft.root.at(id), ['ingest', 'validate']);
  const schema = before?.knows.schema;
  const scope = { schema, parameters: draft.parameters };
  const label = readLabel(options.label, scope, draft.root.at(id).at('label'));
  const known = { label: label.spec };
  const knows = schema === undefined ? known : { ...known, schema, inputColumns: inputColumnsOf(options, schema) };
  const path = before?.produces === 'validate' ? { path: ['dataset'] } : {};
  return draft.add({
    kind: 'feature',
    id,
    options,
    knows,
    inputs: before === null ? {} : { dataset: { step: before, ...path } },
    config: (read) => featureConfig(options, label, scope, read),
  });
}

function addCustomStep<Inputs extends StepInputs, Output, Secrets extends SecretReferences, Shape extends ParameterShape>(
  draft: PipelineDraft,
  id: string,
  options: CustomStepOptions<Inputs, Output, Secrets, Shape>,
): Reference<Output> {
  const reference = draft.add<Reference<Output>>({
    kind: 'step',
    id,
    options,
    inputs: findInputs(draft, id, options.inputs ?? {}),
    config: (read) => customConfig(options, read),
  });
  draft.bodies.set(id, options.run);
  // The compiler has checked `run` against the references; at run time both sides are plain JSON.
  draft.functions.set(
    id,
    async (inputs, context) =>
      (await options.run(...([inputs, context] as unknown as Parameters<typeof options.run>))) as JsonValue,
  );
  return reference;
}

/** The type of its value is what the declared result says; nothing of it exists at run time. */
function addProgram(
  draft: PipelineDraft,
  id: string,
  options: ProgramOptions,
  config: (read: OptionReader) => object,
): Reference<CommandResult<JsonValue>> {
  return draft.add({ kind: 'command', id, options, inputs: findInputs(draft, id, options.inputs ?? {}), config });
}

function findInputs(draft: PipelineDraft, id: string, references: StepInputs): { readonly [name: string]: DraftInput } {
  const results = Object.entries(references).filter(([, reference]) => !isParameterReference(reference));
  const found = results.map(
    ([name, reference]) => [name, draft.locate(reference, draft.root.at(id).at(`inputs.${name}`))] as const,
  );
  return Object.fromEntries(found.filter((entry): entry is [string, DraftInput] => entry[1] !== null));
}

function inputsFrom(steps: { readonly [name: string]: DraftStep | null }): {
  readonly [name: string]: { readonly step: DraftStep };
} {
  const present = Object.entries(steps).filter((entry): entry is [string, DraftStep] => entry[1] !== null);
  return Object.fromEntries(present.map(([name, step]) => [name, { step }]));
}
