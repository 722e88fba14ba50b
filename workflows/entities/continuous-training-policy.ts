import type {
  ContinuousTrainingState,
  LeftOut,
  PendingTrigger,
  RetrainDecision,
  RunFinished,
  TrainingSignal,
} from '../../src/contracts/entities/continuous-training.js';
import type { JsonObject } from '../../src/contracts/json.js';
import type { RetrainConfig, TriggerSpec } from '../../src/contracts/stages/retrain.js';
import { FUTURE_MS, LONGEST_ID } from '../messages/rules.js';
import { isSeen, withId } from '../messages/seen-ids.js';
import { pickTrigger, triggerProblems } from '../messages/training.js';
import { newestWithin } from '../messages/weight.js';
import { boundedTriggers } from './pending-triggers.js';

/** Signals arriving in a row postpone a start by at most this many quiet periods. */
const MAX_DEBOUNCE_PERIODS = 10;
const REMEMBERED_DECISIONS = 50;
/** Well below what one Temporal payload may hold, 2 MiB, with the pending triggers; ids seen take at most 500 kB and 160 kB more. */
const DECISION_BYTES = 256 * 1_024;
const MOST_LEFT_OUT = 10;
const LONGEST_TEXT = 500;
/** Pause after the first failure. */
export const DEFAULT_BACK_OFF_MS = 60_000;
/** Failed retrains in a row after which their triggers are given up. */
const MOST_FAILURES = 5;
const BACK_OFF_FACTOR = 4;
/** Ends of a run after which it is retried. A run that a person cancelled or terminated is not retried. */
const FAILED_OUTCOMES: readonly string[] = ['failed', 'timed_out'];
/** A decision keeps its newest triggers; all of them would outgrow what one Temporal payload may hold. */
const REMEMBERED_TRIGGERS = 10;
const NAMED_REASONS = 5;

export type Verdict =
  | { readonly action: 'wait'; readonly reason: string; readonly untilMs: number | null; readonly suppressed: boolean }
  | { readonly action: 'start'; readonly reason: string; readonly triggers: readonly TrainingSignal[]; readonly atMs: number };

export function initialState(model: string): ContinuousTrainingState {
  return {
    model,
    policy: null,
    paused: false,
    pausedBy: null,
    pending: [],
    seen: [],
    seenBefore: '',
    eventMs: null,
    newRows: 0,
    active: null,
    decisions: [],
    started: 0,
    startedAtMs: [],
  };
}

/** Takes a signal in. A signal whose id was seen before changes nothing. */
export function receive(state: ContinuousTrainingState, signal: TrainingSignal, nowMs: number): ContinuousTrainingState {
  if (isSeen(state, signal.id)) return state;
  return {
    ...state,
    ...withId(state, signal.id),
    ...(state.eventMs === undefined ? {} : { eventMs: later(state.eventMs, eventTimeOf(signal, state.policy)) }),
    newRows: Math.min(Number.MAX_SAFE_INTEGER, state.newRows + (signal.kind === 'new_rows' ? (signal.rows ?? 0) : 0)),
    pending: boundedTriggers([...state.pending, { signal, receivedAtMs: nowMs }]),
  };
}

/** Event time that a signal tells, ms; null: none, for a schedule knows the wall's clock alone, which the event clock does not follow. */
function eventTimeOf({ kind, at }: TrainingSignal, policy: RetrainConfig | null): number | null {
  return kind === 'cron' && policy?.clock !== 'wall' ? null : Date.parse(at);
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Records a message that was left out, so that `explain` shows why it had no effect. */
export function recordLeftOut(
  state: ContinuousTrainingState,
  signal: string,
  problems: readonly string[],
  nowMs: number,
): ContinuousTrainingState {
  const left: LeftOut = { at: iso(nowMs), signal, problems: problems.join('; ').slice(0, LONGEST_TEXT) };
  return { ...state, leftOut: [...(state.leftOut ?? []), left].slice(-MOST_LEFT_OUT) };
}

/** A state from a run that knew no bounds, within them. */
export function adoptState(state: ContinuousTrainingState, nowMs: number): ContinuousTrainingState {
  const pending = state.pending.filter(({ signal }) => triggerProblems(signal, nowMs).length === 0);
  return {
    ...state,
    startedAtMs: state.startedAtMs.filter((startedAt) => startedAt <= nowMs + FUTURE_MS),
    pending: boundedTriggers(pending.map((entry) => ({ ...entry, signal: pickTrigger(entry.signal) }))),
    seen: state.seen.filter((id) => id.length <= LONGEST_ID),
    seenBefore: state.seenBefore ?? '',
    eventMs: pending.reduce((newest, { signal }) => later(newest, eventTimeOf(signal, state.policy)), state.eventMs ?? null),
    decisions: newestWithin(state.decisions, DECISION_BYTES),
  };
}

/** Takes a pending signal back. It stays known, so that a repeat changes nothing. */
export function withdraw(state: ContinuousTrainingState, id: string): ContinuousTrainingState {
  return { ...state, pending: state.pending.filter((pending) => pending.signal.id !== id) };
}

/**
 * Puts a policy in force. Starts told on another clock say nothing about cool-down and budget of this one. A growing window keeps its earliest
 * start: one later run on fewer rows does not shorten it.
 */
export function adopt(state: ContinuousTrainingState, policy: RetrainConfig): ContinuousTrainingState {
  const sameClock = state.policy === null || state.policy.clock === policy.clock;
  return { ...state, policy: withEarliestStart(policy, state.policy), startedAtMs: sameClock ? state.startedAtMs : [] };
}

function withEarliestStart(policy: RetrainConfig, before: RetrainConfig | null): RetrainConfig {
  const { since } = policy.window;
  const earlier = before?.window.since;
  if (since === undefined || earlier === undefined || Date.parse(since) <= Date.parse(earlier)) return policy;
  return { ...policy, window: { ...policy.window, since: earlier } };
}

/**
 * Whether to start a retrain now, and why (not): single flight, then matching triggers, debounce, cool-down, budget.
 * Pure: the same state and time give the same verdict.
 * @param nowMs - wall clock, ms since 1970.
 */
export function decide(state: ContinuousTrainingState, nowMs: number): Verdict {
  const { policy } = state;
  if (policy === null) return wait('no retrain policy has been set yet');
  if (state.paused) return wait(state.pausedBy === null ? 'paused' : `paused by ${state.pausedBy}`);
  if (state.active !== null)
    return wait(`single flight: ${state.active.workflowId} is still running; new triggers join the next one`);

  const due = state.pending.filter((pending) => matches(policy, state, pending.signal));
  if (due.length === 0) return wait(describeIdle(state, policy));
  const triggers = due.map((pending) => pending.signal);
  const atMs = newestEventTime(state, policy, triggers);
  if (atMs === null) return wait('no event time is known yet: the first signal of a window tells it');
  if (triggers.some((trigger) => trigger.kind === 'manual'))
    return { action: 'start', reason: 'asked for by hand', triggers, atMs };

  const { failures } = state;
  if (failures !== undefined && nowMs < failures.untilMs)
    return wait(`${failures.inARow} retrains failed in a row: tried again after ${iso(failures.untilMs)}`, failures.untilMs);

  const quietAt = debounceEnd(due, policy.debounceMs);
  if (nowMs < quietAt) return wait('debounce: more triggers may follow', quietAt);

  const clockMs = policy.clock === 'event' ? atMs : nowMs;
  const lastStart = state.startedAtMs.at(-1);
  if (lastStart !== undefined && clockMs < lastStart + policy.coolDownMs) {
    const until = lastStart + policy.coolDownMs;
    return holdBack(`cool-down until ${iso(until)} (${policy.clock} clock)`, policy, until);
  }
  const recent = state.startedAtMs.filter((startedAt) => startedAt > clockMs - policy.budget.perMs);
  const oldest = recent[0];
  if (oldest !== undefined && recent.length >= policy.budget.runs) {
    const until = oldest + policy.budget.perMs;
    return holdBack(`budget of ${policy.budget.runs} runs is used up until ${iso(until)} (${policy.clock} clock)`, policy, until);
  }
  return { action: 'start', reason: describeTriggers(triggers), triggers, atMs };
}

/** Newest event time, ms, that any signal told, due or not; of states that do not keep it, that of the due ones. */
function newestEventTime(
  { eventMs }: ContinuousTrainingState,
  { clock }: RetrainConfig,
  triggers: readonly TrainingSignal[],
): number | null {
  if (eventMs !== undefined && clock === 'event') return eventMs;
  return triggers.reduce((newest, { at }) => Math.max(newest, Date.parse(at)), eventMs ?? -Infinity);
}

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

/**
 * Parameters of the run that a start asks for: the rows of the policy's window, as UTC dates, up to those whose labels are known. These are the
 * rows older than the labels' delay, and those that a performance was measured on or a person named.
 */
export function retrainParameters(
  { window, parameters }: RetrainConfig,
  { atMs, triggers }: Pick<Extract<Verdict, { action: 'start' }>, 'atMs' | 'triggers'>,
): JsonObject {
  const { lengthMs, labelDelayMs = 0 } = window;
  const told = triggers.filter(({ kind }) => kind === 'performance' || kind === 'manual');
  const toMs = told.reduce((newest, { at }) => Math.max(newest, Date.parse(at)), atMs - labelDelayMs);
  const from = window.since ?? iso(toMs - (lengthMs ?? 0));
  return { ...parameters, [window.from]: from.slice(0, 10), [window.to]: iso(toMs).slice(0, 10) };
}

function matches(policy: RetrainConfig, state: ContinuousTrainingState, signal: TrainingSignal): boolean {
  if (signal.kind === 'manual') return true;
  return policy.on.some((trigger) => {
    switch (trigger.on) {
      case 'drift':
        return signal.kind === 'drift';
      case 'performance':
        return signal.kind === 'performance' && signal.metric === trigger.metric;
      case 'new_rows':
        return signal.kind === 'new_rows' && state.newRows >= trigger.rows;
      case 'cron':
        return signal.kind === 'cron';
      case 'window':
        return signal.kind === 'window' && signal.trigger === trigger.trigger;
    }
  });
}

function boundedDecisions(decisions: readonly RetrainDecision[]): readonly RetrainDecision[] {
  return newestWithin(decisions.slice(-REMEMBERED_DECISIONS), DECISION_BYTES);
}

function debounceEnd(due: readonly PendingTrigger[], debounceMs: number): number {
  const arrivals = due.map((pending) => pending.receivedAtMs);
  return Math.min(Math.max(...arrivals) + debounceMs, Math.min(...arrivals) + MAX_DEBOUNCE_PERIODS * debounceMs);
}

function holdBack(reason: string, policy: RetrainConfig, until: number): Verdict {
  // On the event clock time moves with the next signal of a window, so there is no timer to set.
  return { action: 'wait', reason, untilMs: policy.clock === 'wall' ? until : null, suppressed: true };
}

function wait(reason: string, untilMs: number | null = null): Verdict {
  return { action: 'wait', reason, untilMs, suppressed: false };
}

function describeIdle(state: ContinuousTrainingState, policy: RetrainConfig): string {
  const rows = policy.on.find((trigger): trigger is Extract<TriggerSpec, { on: 'new_rows' }> => trigger.on === 'new_rows');
  const counted = rows === undefined ? '' : ` (${state.newRows} of ${rows.rows} new rows)`;
  return `no trigger of the policy is pending${counted}`;
}

function describeTriggers(triggers: readonly TrainingSignal[]): string {
  const reasons = [...new Set(triggers.map(describeTrigger))];
  const more = reasons.length - NAMED_REASONS;
  return [...reasons.slice(-NAMED_REASONS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function describeTrigger(trigger: TrainingSignal): string {
  switch (trigger.kind) {
    case 'drift':
      return `drift of ${trigger.column ?? 'a column'}: ${format(trigger.score)} over ${format(trigger.threshold)}`;
    case 'performance':
      return `${trigger.metric ?? 'metric'} ${format(trigger.score)} below ${format(trigger.threshold)}`;
    case 'new_rows':
      return `${trigger.rows ?? 0} new rows`;
    case 'cron':
      return 'cron schedule';
    case 'window':
      return `${trigger.trigger ?? 'a trigger'}: ${trigger.reason ?? 'no reason was given'}`;
    case 'manual':
      return 'asked for by hand';
  }
}

function format(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
