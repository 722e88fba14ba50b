import type { PlanStep } from '../contracts/plan.js';
import type { RunStatus, StepStatus } from '../contracts/run.js';

export type SchedulableStep = Pick<PlanStep, 'id' | 'kind' | 'needs' | 'onFailure'>;

/** Status of each step by id; a step that is not named is `pending`. */
export type StepStatuses = ReadonlyMap<string, StepStatus>;

/** What a driver must do now. Each list is in plan order. */
export type Decision = {
  /** Steps to start; a gate among them starts by waiting. */
  readonly start: readonly string[];
  /** Pending steps that can never run: their status becomes `skipped`. */
  readonly skip: readonly string[];
  /** Active steps to cancel, because the run has failed or is being cancelled. */
  readonly cancel: readonly string[];
  /** `succeeded`, `failed` and `cancelled` are final: nothing is active and nothing is left to start. */
  readonly verdict: RunStatus['status'];
};

const ACTIVE: ReadonlySet<StepStatus> = new Set<StepStatus>(['running', 'waiting', 'blocked']);
const UNSUCCESSFUL: ReadonlySet<StepStatus> = new Set<StepStatus>(['failed', 'cancelled', 'skipped']);

/**
 * The whole control flow of a run as a pure function of the plan and the statuses of its steps. Deterministic; the order in which steps
 * finished has no influence.
 *
 * - A step starts when all its needs have succeeded. Steps without an order between them start together.
 * - A step that failed or was cancelled counts by its policy. `fail`: nothing else starts, active steps are cancelled, the run fails once
 *   they have ended. `continue`: the steps that need it, directly or not, are skipped and the run goes on; it can still succeed.
 *   `block`: the driver gives it the status `blocked`, its dependants stay pending, the run waits for a person.
 * - A skipped step (also one that a person chose to skip) skips its dependants and does not fail the run.
 * - Steps that wait for each other or for a step that the plan lacks can never start: the run fails.
 * - The word for an unfinished run says what needs a person first: `blocked`, else `waiting` when only gates are active, else `running`.
 *
 * @param steps - in topological order, as a plan has them.
 * @param cancelled - true once the run as a whole was asked to stop.
 */
export function decide(steps: readonly SchedulableStep[], statuses: StepStatuses, cancelled = false): Decision {
  const statusOf = (id: string): StepStatus => statuses.get(id) ?? 'pending';
  const active = steps.filter((step) => ACTIVE.has(statusOf(step.id)));
  const pending = steps.filter((step) => statusOf(step.id) === 'pending');
  const failing = steps.some(
    (step) => step.onFailure === 'fail' && (statusOf(step.id) === 'failed' || statusOf(step.id) === 'cancelled'),
  );

  if (cancelled || failing) {
    const ended = cancelled ? 'cancelled' : 'failed';
    return {
      start: [],
      skip: ids(pending),
      cancel: ids(active),
      verdict: active.length === 0 ? ended : unfinished(active.map((step) => statusOf(step.id))),
    };
  }

  const unreachable = new Set(steps.filter((step) => UNSUCCESSFUL.has(statusOf(step.id))).map((step) => step.id));
  const skip: SchedulableStep[] = [];
  for (const step of pending) {
    if (step.needs.some((need) => unreachable.has(need))) {
      unreachable.add(step.id);
      skip.push(step);
    }
  }
  const start = pending.filter((step) => step.needs.every((need) => statusOf(need) === 'succeeded'));
  const live = [
    ...active.map((step) => statusOf(step.id)),
    ...start.map((step): StepStatus => (step.kind === 'gate' ? 'waiting' : 'running')),
  ];
  const stuck = live.length === 0 && pending.length > skip.length;
  const ended = stuck ? 'failed' : 'succeeded';
  return { start: ids(start), skip: ids(skip), cancel: [], verdict: live.length === 0 ? ended : unfinished(live) };
}

function unfinished(live: readonly StepStatus[]): 'running' | 'waiting' | 'blocked' {
  if (live.includes('blocked')) return 'blocked';
  return live.every((status) => status === 'waiting') ? 'waiting' : 'running';
}

function ids(steps: readonly SchedulableStep[]): string[] {
  return steps.map((step) => step.id);
}
