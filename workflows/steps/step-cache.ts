import type { PlanStep } from '../../src/contracts/plan.js';
import type { RunOptions, StepTask } from '../../src/contracts/run.js';

/** How an activity of the step is to use the cache; nothing when its step is not cached. */
export function cacheOf(step: PlanStep, options: RunOptions): Pick<StepTask, 'cache'> {
  if (step.cache === undefined) return {};
  const forced = options.force?.includes(step.id) === true;
  const use = options.cache !== false && !forced;
  return { cache: { ...step.cache, use, ...(forced ? { forced } : {}) } };
}
