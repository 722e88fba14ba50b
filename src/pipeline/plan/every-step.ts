import type { PlanStep } from '../../contracts/plan.js';

/** All steps of a plan, each followed by those of its body. */
export function everyStep(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.flatMap((step) => [step, ...everyStep(step.body?.steps ?? [])]);
}
