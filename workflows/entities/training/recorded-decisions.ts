import type {
  ContinuousTrainingState,
  RetrainDecision,
  RunFinished,
} from '../../../src/contracts/entities/continuous-training.js';
import type { JsonObject } from '../../../src/contracts/json.js';
import { newestWithin } from '../../messages/weight.js';
import { boundedTriggers } from './pending-triggers.js';
import type { Verdict } from './decide-retrain.js';
import { iso } from './trigger-words.js';

const REMEMBERED_DECISIONS = 50;
/** Well below what one Temporal payload may hold, 2 MiB, with the pending triggers; ids seen take at most 500 kB and 160 kB more. */
const DECISION_BYTES = 256 * 1_024;
/** Pause after the first failure. */
export const DEFAULT_BACK_OFF_MS = 60_000;
/** Failed retrains in a row after which their triggers are given up. */
const MOST_FAILURES = 5;
const BACK_OFF_FACTOR = 4;
/** Ends of a run after which it is retried. A run that a person cancelled or terminated is not retried. */
const FAILED_OUTCOMES: readonly string[] = ['failed', 'timed_out'];
/** A decision keeps its newest triggers; all of them would outgrow what one Temporal payload may hold. */
const REMEMBERED_TRIGGERS = 10;

/** Records a start: consumes every pending trigger. */
export function recordStart(
  state: ContinuousTrainingState,
  verdict: Extract<Verdict, { action: 'start' }>,
  started: { readonly workflowId: string; readonly parameters: JsonObject; readonly nowMs: number },
): ContinuousTrainingState {
  const n = state.started + 1;
  const clockMs = state.policy?.clock === 'event' ? verdict.atMs : started.nowMs;
  const decision: RetrainDecision = {
    n,
    decidedAt: iso(started.nowMs),
    at: iso(verdict.atMs),
    triggers: verdict.triggers.slice(-REMEMBERED_TRIGGERS),
    decision: 'started',
    reason: verdict.reason,
    workflowId: started.workflowId,
    parameters: started.parameters,
    outcome: null,
  };
  return {
    ...state,
    pending: [],
    newRows: 0,
    active: {
      workflowId: started.workflowId,
      n,
      ...(state.seenBefore === undefined ? {} : { taken: { pending: state.pending, newRows: state.newRows } }),
    },
    started: n,
    startedAtMs: [...state.startedAtMs, clockMs].slice(-Math.max(REMEMBERED_DECISIONS, state.policy?.budget.runs ?? 0)),
    decisions: boundedDecisions([...state.decisions, decision]),
  };
}

/** Records that due triggers were held back, once for each newest trigger and reason. */
export function recordSuppressed(state: ContinuousTrainingState, reason: string, nowMs: number): ContinuousTrainingState {
  const newest = state.pending.at(-1)?.signal;
  const last = state.decisions.at(-1);
  if (newest === undefined) return state;
  if (last?.decision === 'suppressed' && last.reason === reason && last.triggers.at(-1)?.id === newest.id) return state;
  const decision: RetrainDecision = {
    n: state.started,
    decidedAt: iso(nowMs),
    at: newest.at,
    triggers: state.pending.slice(-REMEMBERED_TRIGGERS).map((pending) => pending.signal),
    decision: 'suppressed',
    reason,
    workflowId: null,
    parameters: null,
    outcome: null,
  };
  return { ...state, decisions: boundedDecisions([...state.decisions, decision]) };
}

/**
 * Records the end of a run. A run that is not the active one changes only its own decision. One that failed gives its triggers, its new rows, and
 * its share of cool-down and budget back; the next starts after a pause that is four times as long with each failure in a row. After five the
 * triggers are given up.
 */
export function recordFinish(
  state: ContinuousTrainingState,
  finished: RunFinished,
  { nowMs, backOffMs }: { readonly nowMs: number; readonly backOffMs: number },
): ContinuousTrainingState {
  const ended = withOutcome(state, finished);
  const { active } = state;
  if (active?.workflowId !== finished.workflowId) return ended;
  const { failures, ...rest } = ended;
  const free: ContinuousTrainingState = { ...rest, active: null };
  if (active.taken === undefined || !FAILED_OUTCOMES.includes(finished.outcome)) return free;
  const inARow = (failures?.inARow ?? 0) + 1;
  const startedAtMs = state.startedAtMs.slice(0, -1);
  if (inARow >= MOST_FAILURES) return giveUp({ ...free, startedAtMs }, inARow, nowMs);
  // A request by hand is not repeated: the person may ask again.
  const again = active.taken.pending.filter(({ signal }) => signal.kind !== 'manual');
  return {
    ...free,
    startedAtMs,
    newRows: Math.min(Number.MAX_SAFE_INTEGER, state.newRows + active.taken.newRows),
    pending: boundedTriggers([...again, ...state.pending]),
    failures: { inARow, untilMs: nowMs + backOffMs * BACK_OFF_FACTOR ** (inARow - 1) },
  };
}

function giveUp(state: ContinuousTrainingState, times: number, nowMs: number): ContinuousTrainingState {
  const last = state.decisions.at(-1);
  const decision: RetrainDecision = {
    n: state.started,
    decidedAt: iso(nowMs),
    at: last?.at ?? iso(nowMs),
    triggers: last?.triggers ?? [],
    decision: 'suppressed',
    reason: `${times} retrains failed in a row: their triggers are given up; new ones start anew`,
    workflowId: null,
    parameters: null,
    outcome: null,
  };
  return { ...state, decisions: boundedDecisions([...state.decisions, decision]) };
}

function withOutcome(state: ContinuousTrainingState, finished: RunFinished): ContinuousTrainingState {
  return {
    ...state,
    decisions: state.decisions.map((decision) =>
      decision.workflowId === finished.workflowId && decision.outcome === null
        ? { ...decision, outcome: finished.outcome }
        : decision,
    ),
  };
}

/** The newest 50, as far as they fit into their share of the state. */
export function boundedDecisions(decisions: readonly RetrainDecision[]): readonly RetrainDecision[] {
  return newestWithin(decisions.slice(-REMEMBERED_DECISIONS), DECISION_BYTES);
}
