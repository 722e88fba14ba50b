import { proxyActivities } from '@temporalio/workflow';
import type { ResolvedPlan } from '../../src/contracts/run.js';
import type { PlanRequest, SystemActivities } from '../../src/contracts/system.js';
import type { ErrorCode } from '../../src/errors/codes.js';
import { shortHash } from '../../src/contracts/plan.js';
import { failureOf } from '../temporal/temporal-failure.js';
import { elsewhere, PIPELINE_LIMIT_MS } from '../steps/elsewhere.js';

const { resolvePlan } = proxyActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  // Else it would go straight to the worker that has just handed it back.
  allowEagerDispatch: false,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** The plan from another worker of the queue, after the one that took the run has handed it back. */
export function resolveElsewhere(
  request: PlanRequest,
  error: unknown,
  describe: (waitingFor: string | null) => void,
): Promise<ResolvedPlan> {
  const { pipeline, expects } = request;
  const search =
    expects !== undefined && failureOf(error).code === ('EXECUTION_PLAN_DIFFERS' satisfies ErrorCode)
      ? ({ what: `the plan ${shortHash(expects.plan)} of "${pipeline}"`, code: 'EXECUTION_PLAN_DIFFERS' } as const)
      : ({ what: `the pipeline "${pipeline}"`, code: 'EXECUTION_UNKNOWN_PIPELINE' } as const);
  return elsewhere({ ...search, limitMs: PIPELINE_LIMIT_MS, describe }, error, () => resolvePlan(request));
}
