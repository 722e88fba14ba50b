import {
  type ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type { JsonValue } from '../../src/contracts/json.js';
import type { RunFinished } from '../../src/contracts/entities/continuous-training.js';
import type { Plan } from '../../src/contracts/plan.js';
import type { ResolvedPlan, RunResult, RunStatus } from '../../src/contracts/run.js';
import type { DeployResult } from '../../src/contracts/stages/deploy.js';
import type { PlanRequest, SystemActivities } from '../../src/contracts/system.js';
import { cutText } from '../../src/errors/bounded-failure.js';
import { carriedEnd } from '../scope/carriage.js';
import { DecisionLog } from './decision-log.js';
import { localActivities } from '../temporal/local-activities.js';
import { recordEnd } from './record-end.js';
import { field, RunAttributes } from './run-attributes.js';
import { RunDetails } from './run-details.js';
import { RunDriver, type RunSurroundings } from './run-driver.js';
import { wasHandedBack } from '../steps/elsewhere.js';
import { resolveElsewhere } from '../starts/resolve-elsewhere.js';
import { RunHooks, tellOfFailedStart } from './run-hooks.js';
import { authorOf, runOptions } from './run-options.js';
import { answerMessages, type RunView } from './run-messages.js';
import { inTurn } from '../starts/run-turn.js';
import { scheduledAt } from '../starts/scheduled-at.js';
import { identityOf, stepSurroundings } from '../steps/step-surroundings.js';
import { applicationFailure, failureOf } from '../temporal/temporal-failure.js';
import { versioned } from '../temporal/versioning.js';

const { resolvePlan } = localActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/**
 * Carries out any pipeline. The workflow type is the pipeline's name; the one argument is its parameters, which may be absent.
 * Fails with the code of the step that failed, or `EXECUTION_UNKNOWN_PIPELINE` or `AUTHORING_PARAMETERS_INVALID` before any step starts.
 */
export default async function runPipeline(parameters?: JsonValue): Promise<RunResult> {
  const run: RunView = { pipeline: workflowInfo().workflowType, plan: null, driver: null, waitingFor: null };
  answerMessages(run);
  try {
    const { reuse, pin, expects } = runOptions();
    const request: PlanRequest = {
      pipeline: run.pipeline,
      parameters: parameters ?? null,
      scheduledAt: scheduledAt(),
      ...(reuse === undefined ? {} : { reuse }),
      ...(pin === undefined ? {} : { pin }),
      ...(expects === undefined ? {} : { expects }),
    };
    let resolved: ResolvedPlan;
    try {
      resolved = await resolvePlan(request);
    } catch (error) {
      if (!wasHandedBack(error)) throw error;
      resolved = await resolveElsewhere(request, error, (waitingFor) => {
        run.waitingFor = waitingFor;
      });
    }
    run.plan = resolved.plan;
    if (resolved.remarks !== undefined) run.remarks = resolved.remarks;
    const result = await drive(run, resolved);
    await recordEnd(run, 'succeeded');
    await reportFinish(result.status, outcomeOf(resolved.plan, result.results));
    return result;
  } catch (error) {
    const status = error instanceof CancelledFailure ? 'cancelled' : 'failed';
    if (run.plan === null && status === 'failed') {
      run.failure = failureOf(error);
      await tellOfFailedStart(run.pipeline, run.failure);
    }
    await recordEnd(run, status);
    await reportFinish(status, status);
    throw error;
  }
}

async function drive(run: RunView, resolved: ResolvedPlan): Promise<RunResult> {
  const { plan, parameters } = resolved;
  const attributes = new RunAttributes();
  attributes.open(plan);
  const decisions = new DecisionLog(identityOf(plan), plan, authorOf(runOptions()));
  // A request to cancel reaches the driver alone, which then cancels the steps: one road, one order.
  const shield = new CancellationScope({ cancellable: false });
  const hooks = new RunHooks(plan);
  const driver = new RunDriver(
    plan,
    parameters,
    surroundingsOf(resolved, { attributes, hooks, shield, decisions }),
    resolved.reused === undefined ? {} : { reused: resolved.reused },
  );
  run.driver = driver;
  hooks.open(() => driver.status());
  CancellationScope.current().cancelRequested.catch(() => {
    driver.cancel();
  });
  const verdict = await inTurn(run, plan, () => shield.run(() => driver.run()));
  await shield.run(() => decisions.written());
  await hooks.close(driver.status());
  const result = driver.result();
  if (verdict === 'cancelled' || result === null) throw new CancelledFailure('the run was cancelled');
  attributes.close(plan, result.results);
  if (result.status === 'failed') throw runFailure(driver.status());
  return resolved.carriage === undefined ? result : carriedEnd(result, (runOptions().depth ?? 0) > 0);
}

/** What follows a run while it goes on. */
type Followers = {
  readonly attributes: RunAttributes;
  readonly hooks: RunHooks;
  readonly shield: CancellationScope;
  readonly decisions: DecisionLog;
};

function surroundingsOf(resolved: ResolvedPlan, { attributes, hooks, shield, decisions }: Followers): RunSurroundings {
  const details = new RunDetails();
  return {
    ...stepSurroundings(resolved, shield),
    decided: (step, decision) => {
      decisions.add(step, decision);
    },
    changed: (status, waiting) => {
      setCurrentDetails(details.render(status));
      attributes.follow(status);
      hooks.follow(waiting);
    },
  };
}

/** Failures of the other steps. */
const LISTED_FAILURES = 10;
const LISTED_MESSAGE = 200;

function runFailure(status: RunStatus): ApplicationFailure {
  const failed = status.steps.filter((step) => step.failure !== null && step.status !== 'cancelled');
  const cancelled = status.steps.filter((step) => step.status === 'cancelled');
  const first = failed.find((step) => step.onFailure === 'fail') ?? cancelled.find((step) => step.onFailure === 'fail');
  const failure = first?.failure ?? null;
  if (first === undefined || failure === null) {
    return applicationFailure({
      code: 'EXECUTION_RUN_FAILED',
      message: 'the plan cannot be finished: its steps wait for each other',
      details: null,
    });
  }
  const failures = failed
    .slice(0, LISTED_FAILURES)
    .map((step) => ({
      step: step.id,
      code: step.failure?.code ?? '',
      message: cutText(step.failure?.message ?? '', LISTED_MESSAGE),
    }));
  return applicationFailure({
    code: failure.code,
    message: `step "${first.id}" failed: ${failure.message}`,
    details: {
      step: first.id,
      details: failure.details,
      failures,
      ...(failed.length > failures.length ? { failed: failed.length } : {}),
    },
  });
}

const ROLLOUT_OUTCOMES: readonly string[] = [
  'promoted',
  'rejected',
  'rolled-back',
  'superseded',
] satisfies readonly DeployResult['outcome'][];

/** How the run ended for the continuous training of its model. */
export function outcomeOf(plan: Plan, results: { readonly [step: string]: JsonValue }): RunFinished['outcome'] {
  const deploy = plan.steps.find((step) => step.kind === 'deploy');
  const outcome = deploy === undefined ? undefined : field(results[deploy.id], 'outcome');
  return typeof outcome === 'string' && ROLLOUT_OUTCOMES.includes(outcome) ? outcome : 'succeeded';
}

/** Tells the continuous-training entity that started this run, if one did. A failure here must not fail the run. */
export async function reportFinish(status: string, outcome: RunFinished['outcome']): Promise<void> {
  const { memo, workflowId } = workflowInfo();
  const entity = memo?.['entity'];
  if (typeof entity !== 'string') return;
  try {
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(entity).signal('runFinished', { workflowId, status, outcome }),
    );
  } catch (error) {
    log.warn('the continuous-training entity did not take the end of the run', { entity, error: failureOf(error).message });
  }
}

// A run ends on the build that it began on.
setWorkflowOptions(versioned('PINNED'), runPipeline);
