import { aFunction, anObject, aPipeline, listOf, optional, recordOf } from '../errors/kinds.js';
import { checkCall, checkSettings } from '../errors/check-call.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { Plan, PlanStep } from '../contracts/plan.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { everyStep } from '../pipeline/plan/every-step.js';
import { planHash } from '../pipeline/plan/plan-hash.js';
import type { Pipeline, StepFunction, WorkAround } from '../pipeline/pipeline.js';
import type { StepContext } from '../pipeline/step-context.js';
import { type Fault, faultsAround } from './faults.js';

/** Stands for a step: gets the values of its inputs, gives its result. */
export type StepFake = (inputs: JsonObject, context: StepContext) => JsonValue | Promise<JsonValue>;

/** What stands in for steps in a test, and what goes wrong in them. */
export interface Doubles {
  /**
   * Functions by step id: each stands for the whole step, whatever its kind; by `<step>.<operation>` for one operation of a stage, as
   * `deploy.health`.
   */
  readonly fakes?: { readonly [step: string]: StepFake };
  readonly faults?: readonly Fault[];
}

/**
 * The pipeline with fakes in place of steps and with faults, for `runInProcess` and for a worker alike. Its plan has another hash; faked
 * steps are never taken from a cache. Retries, time-outs, conditions and approvals are those of the pipeline.
 * @throws PipelineError `TESTING_UNKNOWN_STEP` naming every unknown step and listing the known ones.
 */
export function withDoubles<Params, Result>(pipeline: Pipeline<Params, Result>, doubles: Doubles): Pipeline<Params, Result> {
  checkCall('withDoubles', { pipeline }, { pipeline: aPipeline });
  checkSettings('withDoubles', doubles, { fakes: optional(recordOf(aFunction)), faults: optional(listOf(anObject)) });
  const { fakes = {}, faults = [] } = doubles;
  const steps = everyStep(pipeline.plan.steps);
  const whole = new Map(Object.entries(fakes).filter(([name]) => !name.includes('.')));
  const partial = new Map(Object.entries(fakes).filter(([name]) => name.includes('.')));
  refuseUnknown(pipeline.plan, [...Object.keys(fakes), ...faults.map(({ step }) => step)], steps);
  const functions = new Map<string, StepFunction>(pipeline.functions);
  for (const [id, fake] of whole) functions.set(id, async (inputs, context) => fake(inputs, context));
  const around: WorkAround = (operation, work) => {
    const fake = partial.get(`${operation.step}.${operation.operation}`);
    const faked: typeof work =
      fake === undefined ? work : async (task, context) => fake({ ...task.inputs, ...task.arguments }, context);
    return faultsAround(faults)(operation, faked);
  };
  return { ...pipeline, plan: doubledPlan(pipeline.plan, new Set(whole.keys())), functions, around };
}

function doubledPlan(plan: Plan, faked: ReadonlySet<string>): Plan {
  const { hash, ...content } = plan;
  const doubled = { ...content, steps: plan.steps.map((step) => doubledStep(step, faked)) };
  return { ...doubled, hash: faked.size === 0 ? hash : planHash(doubled) };
}

function doubledStep(step: PlanStep, faked: ReadonlySet<string>): PlanStep {
  const { body, cache, ...rest } = step;
  if (faked.has(step.id)) return { ...rest, double: true };
  const inside = body === undefined ? {} : { body: { ...body, steps: body.steps.map((inner) => doubledStep(inner, faked)) } };
  return { ...rest, ...inside, ...(cache === undefined ? {} : { cache }) };
}

function refuseUnknown(plan: Plan, names: readonly string[], steps: readonly PlanStep[]): void {
  const known = steps.filter(({ kind }) => kind !== 'gate' && kind !== 'join').map(({ id }) => id);
  const unknown = names.filter((name) => !known.includes(name.split('.')[0] ?? ''));
  if (unknown.length === 0) return;
  throw new PipelineError('TESTING_UNKNOWN_STEP', {
    what: `${unknown.map((name) => `"${name}"`).join(', ')} cannot be faked or made to fail`,
    where: `pipeline ${plan.pipeline}`,
    expected: `one of ${known.join(', ') || '(none)'}, or <step>.<operation>`,
    details: { unknown: [...unknown], known },
  });
}
