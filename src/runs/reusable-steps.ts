import type { Plan, StepKind } from '../contracts/plan.js';
import type { RunManifest } from '../contracts/run/run-manifest.js';
import { PipelineError } from '../errors/pipeline-error.js';

/** Stages that change the world outside or ask people. A repetition of a run skips them. */
const EFFECTS: ReadonlySet<StepKind> = new Set<StepKind>(['deploy', 'monitor', 'retrain', 'gate', 'call']);

/** Steps of `plan` whose results a new run may reuse: all that succeeded. Clean-up always runs. */
export function finishedSteps({ results }: RunManifest, plan: Plan): string[] {
  return plan.steps.filter((step) => Object.hasOwn(results, step.id) && step.finally !== true).map((step) => step.id);
}

/** As `finishedSteps`, without `step` and every step downstream of it. RUNS_STEP_UNKNOWN. */
export function stepsBefore(manifest: RunManifest, plan: Plan, step: string): string[] {
  if (!plan.steps.some(({ id }) => id === step)) {
    throw new PipelineError('RUNS_STEP_UNKNOWN', {
      what: `there is no step "${step}"`,
      where: `pipeline ${plan.pipeline}`,
      expected: `one of ${plan.steps.map(({ id }) => id).join(', ')}`,
    });
  }
  const again = new Set([step]);
  for (const { id, needs } of plan.steps) if (needs.some((need) => again.has(need))) again.add(id);
  return finishedSteps(manifest, plan).filter((id) => !again.has(id));
}

/** Finished steps with effects. */
export function stepsWithEffects(manifest: RunManifest): string[] {
  const kinds = new Map(manifest.plan.steps.map(({ id, kind }) => [id, kind]));
  return finishedSteps(manifest, manifest.plan).filter((id) => EFFECTS.has(kinds.get(id) ?? 'step'));
}

export const hasEffects = (kind: StepKind): boolean => EFFECTS.has(kind);
