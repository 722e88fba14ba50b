import { type BuilderCall, withCheckedCalls } from './options/builder-calls.js';
import type { CommandResult } from '../contracts/stages/command.js';
import type { JsonValue } from '../contracts/json.js';
import type { Task } from '../contracts/stages/feature.js';
import type { ParameterShape } from '../schema/parameter.js';
import { schemaOf } from '../schema/schema.js';
import type { RunCondition } from './expressions/expression.js';
import type { DraftInput } from './draft/draft-scope.js';
import type { DraftStep, Knowledge, PipelineDraft } from './draft/draft.js';
import { addCleanUp } from './flow/finally.js';
import { addJoin } from './flow/join.js';
import { addLoop, type LoopOptions, type StartedLoopOptions } from './flow/loop.js';
import { addBranches } from './flow/when.js';
import type { OptionReader } from './lint/issues.js';
import type { MapOptions } from './flow/map.js';
import { addMap } from './flow/map.js';
import { isParameterReference, parameterReferences } from './references/parameter-reference.js';
import type { Pipeline } from './pipeline.js';
import type { DatasetReference, FeatureSetReference, ValidationReference } from './references/stage-references.js';
import type { Reference } from './references/reference.js';
import type { SecretReferences } from './options/secret.js';
import type { CommandOptions, ProgramOptions, PythonOptions } from './stages/command.js';
import { commandConfig, pythonConfig } from './stages/command.js';
import { approvalConfig } from './stages/approval.js';
import type { CallOptions } from './stages/call.js';
import { addCall } from './stages/call.js';
import type { CustomStepOptions, StepInputs } from './stages/custom.js';
import { customConfig } from './stages/custom.js';
import { deployConfig } from './stages/deploy.js';
import { evaluateConfig } from './stages/evaluate.js';
import type { FeatureOptions } from './stages/feature.js';
import { featureConfig, inputColumnsOf, readLabel } from './stages/feature.js';
import { ingestConfig } from './stages/ingest.js';
import { monitorConfig } from './stages/monitor.js';
import { retrainConfig } from './stages/retrain.js';
import { trainConfig } from './stages/train.js';
import { validateConfig } from './stages/validate.js';

import type { PipelineBuilder } from './pipeline-builder.js';

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
