import type { Priority } from '@temporalio/common';
import type { Plan, PlanStep } from '../../src/contracts/plan.js';
import type { Placement, ResolvedPlan, RunOptions, RunOrigin } from '../../src/contracts/run.js';

/** Where a step's activities go and how they are ordered there. */
export type StepPlacement = { readonly placement?: Placement; readonly priority?: Priority };

/** As much of a resolved plan as says where its steps run. */
export type PlacedPlan = Pick<ResolvedPlan, 'placement' | 'carriage'> & {
  readonly plan: Pick<Plan, 'team' | 'priority'>;
  readonly earlier?: readonly RunOrigin[];
};

export function placementOf({ plan, placement }: PlacedPlan, step: PlanStep, options: RunOptions): StepPlacement {
  const placed = placement?.[step.id];
  const priority = priorityOf(plan, step, options);
  return { ...(placed === undefined ? {} : { placement: placed }), ...(priority === undefined ? {} : { priority }) };
}

/**
 * How a step's tasks are ordered among those that wait for the same workers: by priority, then in turn by team. What the step says counts before
 * what the start said, and that before the plan. Undefined when nobody said anything: then as the workflow itself.
 */
function priorityOf(plan: PlacedPlan['plan'], step: PlanStep, options: RunOptions): Priority | undefined {
  const priorityKey = step.priority ?? options.priority ?? plan.priority;
  const fairnessKey = options.team ?? plan.team;
  if (priorityKey === undefined && fairnessKey === undefined) return undefined;
  return { ...(priorityKey === undefined ? {} : { priorityKey }), ...(fairnessKey === undefined ? {} : { fairnessKey }) };
}
