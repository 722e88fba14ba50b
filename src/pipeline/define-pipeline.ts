import { checkCall } from '../errors/check-call.js';
import { PIPELINE_KINDS } from './options/pipeline-settings.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import type { ParameterInput, ParameterShape } from '../schema/parameter.js';
import type { PipelineBuilder } from './pipeline-builder.js';
import { createBuilder } from './builder.js';
import type { ChangeTrigger, TriggerParameters } from './triggers/change-triggers.js';
import { reportCaptures } from './captures/report-captures.js';
import { compilePipeline } from './plan/compile.js';
import { filesOfCallers } from '../modules/defining-file.js';
import { bindingOf } from './draft/draft-scope.js';
import { PipelineDraft } from './draft/draft.js';
import type { HookOptions } from './options/hooks.js';
import { readHooks } from './options/hooks.js';
import { reportPromise } from './draft/is-promise.js';
import type { Pipeline } from './pipeline.js';
import { readTriggers } from './triggers/read-triggers.js';
import type { Ref } from './references/reference.js';
import { isReference } from './references/reference.js';
import type { RunPolicy } from './run-policy.js';
import { readRunPolicy } from './run-policy.js';
import type { ScheduleOptions } from './schedule/schedules.js';
import { readSchedules } from './schedule/schedules.js';

/** What is said of a pipeline as a whole. */
export interface PipelineOptions<Shape extends ParameterShape> extends RunPolicy {
  /** Default: none. */
  readonly params?: Shape;
  /** Receivers of notices about successes, failures, waiting approvals and slow runs. */
  readonly hooks?: HookOptions;
  /** Changes elsewhere that start a run, once the pipeline is deployed. */
  readonly triggers?: readonly ChangeTrigger<TriggerParameters<NoInfer<Shape>>>[];
  /** When it runs by itself, once `perennial deploy` has put the schedules into Temporal. No part of the plan. */
  readonly schedules?: { readonly [name: string]: ScheduleOptions<NoInfer<Shape>> };
}

/** What a run gives to its caller: the result behind the reference that the builder returned, null when it returned none. */
export type BuilderResult<Returned> = [Returned] extends [Ref<infer Result>] ? Result : null;

const NO_PARAMETERS = Object.freeze({});
type NoParameters = typeof NO_PARAMETERS;
type Build<Shape extends ParameterShape, Returned> = (p: PipelineBuilder<Shape>) => Returned;
type Given<Shape extends ParameterShape, Returned> =
  readonly [build: Build<Shape, Returned>] | readonly [options: PipelineOptions<Shape>, build: Build<Shape, Returned>];

/** A reference that was used as a value does not know where: the step that was declared last is right before. */
function located<T>({ name, steps }: PipelineDraft, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'AUTHORING_REFERENCE_AS_VALUE') throw error;
    const last = steps.at(-1);
    const where = `pipeline "${name}", ${last === undefined ? 'before its first step' : `after step "${last.id}"`}`;
    throw new PipelineError(error.code, { ...error.parts, where, details: error.details, cause: error });
  }
}

/**
 * Declares a pipeline. `build` runs once, now: it only describes steps, and nothing of it runs later but the `run` functions.
 * The same declaration always gives the same plan and hash.
 * A reference that `build` returns is the result of a run: what a calling pipeline gets.
 * @param name - lower case, digits and dashes; also the Temporal workflow type.
 * @throws PipelineError `AUTHORING_INVALID_PIPELINE` with every problem that the linter found;
 *   `AUTHORING_REFERENCE_AS_VALUE` when `build` makes text, a number or JSON of a reference.
 */
export function definePipeline<Returned>(
  name: string,
  build: (p: PipelineBuilder<NoParameters>) => Returned,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a pipeline without parameters has none to name
): Pipeline<ParameterInput<NoParameters>, BuilderResult<Returned>>;
export function definePipeline<Returned, const Shape extends ParameterShape = NoParameters>(
  name: string,
  options: PipelineOptions<Shape>,
  build: (p: PipelineBuilder<Shape>) => Returned,
): Pipeline<ParameterInput<Shape>, BuilderResult<Returned>>;
export function definePipeline<const Shape extends ParameterShape, Returned>(
  name: string,
  ...rest: Given<Shape, Returned>
): Pipeline<ParameterInput<Shape>, BuilderResult<Returned>> {
  const [options, build] = rest.length === 1 ? [{}, rest[0]] : rest;
  checkCall('definePipeline', { name, options, build }, PIPELINE_KINDS);
  const draft = new PipelineDraft(name, options.params ?? NO_PARAMETERS);
  const returned = located(draft, () => build(createBuilder<Shape>(draft)));
  reportPromise(returned, draft.root);
  const hooks = readHooks(options.hooks ?? {}, draft.root.at('hooks'));
  const triggers = readTriggers(options.triggers ?? [], draft);
  const schedules = readSchedules(options.schedules ?? {}, draft);
  const policy = readRunPolicy(options, draft.root);
  const given = isReference(returned) ? draft.locate(returned, draft.root.at('result'), draft.scope) : null;
  const result = given === null ? {} : { result: bindingOf(given) };
  reportCaptures(draft);
  const plan = compilePipeline(draft, { ...policy, ...(hooks.length === 0 ? {} : { hooks }), ...result });
  const [file = null, ...callers] = filesOfCallers(definePipeline);
  return Object.freeze({
    name,
    plan,
    functions: draft.functions,
    bodies: draft.bodies,
    calls: draft.calls,
    triggers,
    schedules,
    file,
    callers,
  });
}
