import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import type { Plan } from '../src/contracts/plan.js';
import type { ResolvedPlan, RunIdentity } from '../src/contracts/run.js';
import { createActivityHost } from './activity-host.js';
import type { Cancellable } from './cancellable.js';
import type { RunSurroundings } from './run-driver.js';
import { authorOf, runOptions } from './run-options.js';
import { stageOf } from './stages.js';
import { placementOf } from './step-placement.js';
import { failureOf } from './temporal-failure.js';

/**
 * What the steps of this workflow need of it: activities on their queues, timers and the time.
 * @param shield - a scope that is not cancelled with the workflow: each step is cancelled by itself.
 */
export function stepSurroundings(
  resolved: ResolvedPlan,
  shield: CancellationScope,
): Omit<RunSurroundings, 'changed' | 'decided'> {
  const { plan, parameters } = resolved;
  const options = runOptions();
  const run = identityOf(plan);
  return {
    now: () => Date.now(),
    failureOf,
    author: authorOf(options),
    timer: (ms) => cancellable(shield, () => sleep(ms)),
    runStep: (call) =>
      cancellable(shield, () =>
        stageOf(call.step.kind)(createActivityHost({ ...call, run, parameters, ...placementOf(resolved, call.step, options) })),
      ),
  };
}

/** This workflow as what its steps publish says it. */
export function identityOf(plan: Plan): RunIdentity {
  const { workflowId, runId } = workflowInfo();
  return { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId };
}

function cancellable<T>(parent: CancellationScope, work: () => Promise<T>): Cancellable<T> {
  const scope = new CancellationScope({ cancellable: true, parent });
  return {
    done: scope.run(work),
    cancel: () => {
      scope.cancel();
    },
  };
}
