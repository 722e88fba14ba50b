import type { WorkflowHandle } from '@temporalio/client';
import type { StepOutcome, RunStatus, StepState } from '../../contracts/run.js';
import type { Plan, PlanStep } from '../../contracts/plan.js';
import { readRunHistory, type RecordedActivity, type RunHistory } from '../../temporal/run-history.js';
import { type RunSummary, summarize } from './run-listing.js';

/** A run as the server alone knows it. */
export type RunStanding = {
  /** Steps as far as the history tells. Approvals, maps and stages of several activities show only whether they are running. */
  readonly status: RunStatus;
  readonly summary: RunSummary;
  /** The plan that the run pinned, large parts as references; null before the run has loaded it. */
  readonly plan: Plan | null;
  /** Set while the workflow task fails: the run then cannot continue, answer or be cancelled. */
  readonly stuck: { readonly attempt: number; readonly reason: string } | null;
};

const ENDED: { readonly [state: string]: RunStatus['status'] } = {
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  TERMINATED: 'failed',
  CANCELLED: 'cancelled',
};
const OPEN: readonly string[] = ['running', 'waiting', 'blocked'] satisfies readonly RunStatus['status'][];

/** Reads a run from the server alone, without a query to a worker. */
export async function readStanding(handle: WorkflowHandle): Promise<RunStanding> {
  const description = await handle.describe();
  const summary = summarize(description);
  const history = readRunHistory((await handle.fetchHistory()).events ?? []);
  const { plan, parameters, taskFailure } = history;
  const attempt = description.raw.pendingWorkflowTask?.attempt ?? 1;
  const stuck = taskFailure === null || attempt < 2 ? null : { attempt, reason: taskFailure };
  return {
    summary,
    plan,
    stuck,
    status: {
      pipeline: plan?.pipeline ?? summary.type,
      planHash: plan?.hash ?? summary.planHash ?? '',
      status: standingOf(summary),
      parameters,
      steps: plan === null ? [] : plan.steps.map((step) => stateOf(step, plan, history)),
      ...failureOf(summary, history),
    },
  };
}

function standingOf({ state, status }: RunSummary): RunStatus['status'] {
  const open = OPEN.find((word) => word === status) as RunStatus['status'] | undefined;
  return ENDED[state] ?? open ?? 'running';
}

function failureOf({ state }: RunSummary, { end }: RunHistory): Pick<RunStatus, 'failure'> {
  if (end === null || ENDED[state] !== 'failed') return {};
  return { failure: { code: end.code ?? 'EXECUTION_RUN_FAILED', message: end.message, details: null } };
}

/**
 * The status of a run that its worker reports as open although the server has closed it. A workflow is not informed of its termination or
 * time-out.
 */
export async function closedStatus(handle: WorkflowHandle, told: RunStatus): Promise<RunStatus> {
  if (!OPEN.includes(told.status) || (await handle.describe()).status.name === 'RUNNING') return told;
  const { status } = await readStanding(handle);
  return { ...told, status: status.status, ...(status.failure === undefined ? {} : { failure: status.failure }) };
}

function stateOf(step: PlanStep, { pipeline }: Plan, { activities }: RunHistory): StepState {
  const type = `${pipeline}.${step.id}`;
  const own = activities.filter((activity) => activity.type === type || activity.type.startsWith(`${type}.`));
  const main = own.findLast((activity) => activity.type === type && (activity.id ?? step.id) === step.id);
  const outcome = main?.state === 'completed' ? outcomeIn(main) : null;
  const status = main?.state === 'completed' ? 'succeeded' : own.some(({ state }) => state === 'open') ? 'running' : null;
  return {
    id: step.id,
    kind: step.kind,
    status: status ?? (main?.state === 'failed' ? 'failed' : 'pending'),
    onFailure: step.onFailure,
    startedAt: null,
    finishedAt: null,
    seconds: outcome?.seconds ?? null,
    cached: outcome?.cached ?? false,
    metrics: outcome?.metrics ?? {},
    failure: null,
    waitingFor: null,
  };
}

function outcomeIn({ result }: RecordedActivity): StepOutcome | null {
  const isOutcome = typeof result === 'object' && result !== null && 'metrics' in result && 'seconds' in result;
  return isOutcome ? (result as unknown as StepOutcome) : null;
}
