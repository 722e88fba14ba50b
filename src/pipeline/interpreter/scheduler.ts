import type { PlanStep } from '../../contracts/plan.js';
import type { RunStatus, StepStatus } from '../../contracts/run.js';

export type SchedulableStep = Pick<PlanStep, 'id' | 'kind' | 'needs' | 'onFailure'> &
  Partial<Pick<PlanStep, 'inputs' | 'join' | 'finally'>>;

/** Status of each step by id; a step that is not named is `pending`. */
export type StepStatuses = ReadonlyMap<string, StepStatus>;

/**
 * What a step's guards say: all hold; one does not; one cannot be answered yet, because a result that it reads is not there; one can never
 * be answered, because what it reads is not in the recorded result.
 */
export type GuardAnswer = 'holds' | 'does-not-hold' | 'open' | 'undecidable';

/** What a driver must do now. Each list is in plan order. */
export type Decision = {
  /** Steps to start; an approval among them starts by waiting. */
  readonly start: readonly string[];
  /** Pending steps that can never run: their status becomes `skipped`. */
  readonly skip: readonly string[];
  /** Pending steps whose guard is undecidable: they fail. */
  readonly fail: readonly string[];
  /** Active steps to cancel, because the run has failed or is being cancelled. */
  readonly cancel: readonly string[];
  /** `succeeded`, `failed` and `cancelled` are final: nothing is active and nothing is left to start. */
  readonly verdict: RunStatus['status'];
  /** How everything but the `finally` steps has ended; null while it has not. */
  readonly outcome: Outcome | null;
};

type Outcome = 'succeeded' | 'failed' | 'cancelled';
type Phase = Omit<Decision, 'outcome'>;

const ACTIVE: ReadonlySet<StepStatus> = new Set<StepStatus>(['running', 'waiting', 'blocked']);
const UNSUCCESSFUL: ReadonlySet<StepStatus> = new Set<StepStatus>(['failed', 'cancelled', 'skipped']);
const NONE: ReadonlySet<string> = new Set();

/**
 * The whole control flow of a run as a pure function of the plan and the statuses of its steps. Deterministic; the order in which steps
 * finished has no influence.
 *
 * - A step starts when all its needs have succeeded and its guards hold. Steps without an order between them start together. A step whose
 *   guard does not hold is skipped; one whose guard is undecidable fails.
 * - A join starts by its mode: `all` as any other step; `any` when every joined step has ended and one has succeeded; `first` as soon as
 *   one has succeeded. It is skipped when none can succeed any more.
 * - A step that failed or was cancelled counts by its policy. `fail`: nothing else starts, active steps are cancelled, the run fails once
 *   they have ended. `continue`: the steps that need it, directly or not, are skipped and the run goes on; it can still succeed.
 *   `block`: the driver gives it the status `blocked`, its dependants stay pending, the run waits for a person.
 * - A skipped step (also one that a person chose to skip) skips its dependants and does not fail the run.
 * - `finally` steps start when everything else has ended, however it ended, and are never cancelled. One that fails with the policy `fail`
 *   fails a run that had succeeded.
 * - Steps that wait for each other or for a step that the plan lacks can never start: the run fails.
 * - The word for an unfinished run says what needs a person first: `blocked`, else `waiting` when only approvals are active, else `running`.
 *
 * @param steps - in topological order, as a plan has them.
 * @param cancelled - true once the run as a whole was asked to stop.
 * @param guardOf - asked for pending steps only.
 */
export function decide(
  steps: readonly SchedulableStep[],
  statuses: StepStatuses,
  cancelled = false,
  guardOf: (step: SchedulableStep) => GuardAnswer = () => 'holds',
): Decision {
  const statusOf = (id: string): StepStatus => statuses.get(id) ?? 'pending';
  const main = decideMain(
    steps.filter((step) => step.finally !== true),
    statusOf,
    cancelled,
    guardOf,
  );
  const outcome = finalOf(main.verdict);
  if (outcome === null) return { ...main, outcome };
  const last = steps.filter((step) => step.finally === true);
  return { ...main, ...decideLast(last, statusOf, outcome), outcome };
}

/** The verdict on an unfinished run whose driver has done all that was decided: it follows from the statuses alone. */
export function verdictAtRest(statuses: Iterable<StepStatus>): 'running' | 'waiting' | 'blocked' {
  const active = [...statuses].filter((status) => ACTIVE.has(status));
  return active.length === 0 ? 'running' : unfinished(active);
}

function decideMain(
  steps: readonly SchedulableStep[],
  statusOf: (id: string) => StepStatus,
  cancelled: boolean,
  guardOf: (step: SchedulableStep) => GuardAnswer,
): Phase {
  const active = steps.filter((step) => ACTIVE.has(statusOf(step.id)));
  const pending = steps.filter((step) => statusOf(step.id) === 'pending');
  if (cancelled || steps.some((step) => failsRun(step, statusOf(step.id)))) {
    const ended = cancelled ? 'cancelled' : 'failed';
    return {
      start: [],
      skip: ids(pending),
      fail: [],
      cancel: ids(active),
      verdict: active.length === 0 ? ended : unfinished(active.map((step) => statusOf(step.id))),
    };
  }

  const lost = new Set(steps.filter((step) => UNSUCCESSFUL.has(statusOf(step.id))).map((step) => step.id));
  const succeeded = (id: string): boolean => statusOf(id) === 'succeeded';
  const start: SchedulableStep[] = [];
  const skip: SchedulableStep[] = [];
  const fail: SchedulableStep[] = [];
  for (const step of pending) {
    const guard = guardOf(step);
    const chance = chanceOf(step, succeeded, lost);
    if (guard === 'does-not-hold' || chance === 'none') {
      lost.add(step.id);
      skip.push(step);
    } else if (chance === 'now' && guard === 'undecidable') fail.push(step);
    else if (chance === 'now' && guard === 'holds') start.push(step);
  }
  const live = [
    ...active.map((step) => statusOf(step.id)),
    ...start.map((step): StepStatus => (step.kind === 'gate' ? 'waiting' : 'running')),
    ...fail.map((): StepStatus => 'running'),
    // A step that is skipped now may decide the state of others, in the next turn.
    ...(skip.length > 0 && pending.length > skip.length ? (['running'] as const) : []),
  ];
  const stuck = live.length === 0 && pending.length > skip.length;
  const ended = stuck ? 'failed' : 'succeeded';
  return {
    start: ids(start),
    skip: ids(skip),
    fail: ids(fail),
    cancel: [],
    verdict: live.length === 0 ? ended : unfinished(live),
  };
}

/** Whether a pending step could start: now, later, or never. */
function chanceOf(
  step: SchedulableStep,
  succeeded: (id: string) => boolean,
  lost: ReadonlySet<string>,
): 'now' | 'later' | 'none' {
  const joined = joinedBy(step);
  const needs = joined.size === 0 ? step.needs : step.needs.filter((need) => !joined.has(need));
  if (needs.some((need) => lost.has(need))) return 'none';
  if (joined.size > 0 && [...joined].every((need) => lost.has(need))) return 'none';
  if (!needs.every(succeeded)) return 'later';
  if (joined.size === 0) return 'now';
  const some = [...joined].some(succeeded);
  const allEnded = [...joined].every((need) => succeeded(need) || lost.has(need));
  return some && (step.join === 'first' || allEnded) ? 'now' : 'later';
}

/** The steps of which a join of mode `any` or `first` needs one. */
function joinedBy({ kind, join, inputs = {} }: SchedulableStep): ReadonlySet<string> {
  return kind !== 'join' || join === 'all' ? NONE : new Set(Object.values(inputs).map((binding) => binding.step));
}

function decideLast(
  steps: readonly SchedulableStep[],
  statusOf: (id: string) => StepStatus,
  outcome: Outcome,
): Pick<Phase, 'start' | 'verdict'> {
  const pending = steps.filter((step) => statusOf(step.id) === 'pending');
  const active = steps.filter((step) => ACTIVE.has(statusOf(step.id)));
  const live = [...active.map((step) => statusOf(step.id)), ...pending.map((): StepStatus => 'running')];
  const spoilt = outcome === 'succeeded' && steps.some((step) => failsRun(step, statusOf(step.id)));
  return { start: ids(pending), verdict: live.length > 0 ? unfinished(live) : spoilt ? 'failed' : outcome };
}

function failsRun(step: SchedulableStep, status: StepStatus): boolean {
  return step.onFailure === 'fail' && (status === 'failed' || status === 'cancelled');
}

function finalOf(verdict: RunStatus['status']): Outcome | null {
  return verdict === 'succeeded' || verdict === 'failed' || verdict === 'cancelled' ? verdict : null;
}

/** The word for a run of which steps in these statuses are active. */
function unfinished(live: readonly StepStatus[]): 'running' | 'waiting' | 'blocked' {
  if (live.includes('blocked')) return 'blocked';
  return live.every((status) => status === 'waiting') ? 'waiting' : 'running';
}

function ids(steps: readonly SchedulableStep[]): string[] {
  return steps.map((step) => step.id);
}
