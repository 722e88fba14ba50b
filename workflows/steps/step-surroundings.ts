import type { CancellationScope } from '@temporalio/workflow';
import { sleep, workflowInfo } from '@temporalio/workflow';
import type { Plan } from '../../src/contracts/plan.js';
import type { ResolvedPlan, RunIdentity } from '../../src/contracts/run.js';
import type { RunSurroundings } from '../run/run-driver.js';
import { authorOf, runOptions } from '../run/run-options.js';
import { readOperands } from '../scope/carriage.js';
import { cancellable } from '../temporal/cancellable-scope.js';
import { stepRunner } from './step-runner.js';
import { failureOf } from '../temporal/temporal-failure.js';

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
  const origin = resolved.reused?.origin;
  const earlier = resolved.reused?.earlier;
  const placed = earlier === undefined ? resolved : { ...resolved, earlier };
  const run: RunIdentity = { ...identityOf(plan), ...(origin === undefined ? {} : { origin }) };
  return {
    now: () => Date.now(),
    failureOf,
    readOperands,
    author: authorOf(options),
    timer: (ms) => cancellable(shield, () => sleep(ms)),
    runStep: stepRunner({ run, parameters, placed }, shield),
  };
}

/** This workflow as what its steps publish says it. */
export function identityOf(plan: Plan): RunIdentity {
  const { workflowId, runId } = workflowInfo();
  return { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId };
}
