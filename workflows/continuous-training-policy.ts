import type {
  ContinuousTrainingState,
  PendingTrigger,
  RetrainDecision,
  RunFinished,
  TrainingSignal,
} from '../src/contracts/continuous-training.js';
import type { JsonObject } from '../src/contracts/json.js';
import type { RetrainConfig, TriggerSpec } from '../src/contracts/stages.js';

/** Signals arriving in a row postpone a start by at most this many quiet periods. */
const MAX_DEBOUNCE_PERIODS = 10;
const REMEMBERED_SIGNALS = 500;
const REMEMBERED_DECISIONS = 50;
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
    newRows: 0,
    active: null,
    decisions: [],
    started: 0,
    startedAtMs: [],
  };
}

/** Takes a signal in. A signal whose id was seen before changes nothing. */
export function receive(state: ContinuousTrainingState, signal: TrainingSignal, nowMs: number): ContinuousTrainingState {
  if (state.seen.includes(signal.id)) return state;
  return {
    ...state,
    seen: [...state.seen, signal.id].slice(-REMEMBERED_SIGNALS),
    newRows: state.newRows + (signal.kind === 'new_rows' ? (signal.rows ?? 0) : 0),
    pending: bounded([...state.pending, { signal, receivedAtMs: nowMs }]),
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
  const atMs = Math.max(...triggers.map((trigger) => Date.parse(trigger.at)));
  if (triggers.some((trigger) => trigger.kind === 'manual'))
    return { action: 'start', reason: 'asked for by hand', triggers, atMs };

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
    active: { workflowId: started.workflowId, n },
    started: n,
    startedAtMs: [...state.startedAtMs, clockMs].slice(-Math.max(REMEMBERED_DECISIONS, state.policy?.budget.runs ?? 0)),
    decisions: [...state.decisions, decision].slice(-REMEMBERED_DECISIONS),
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
  return { ...state, decisions: [...state.decisions, decision].slice(-REMEMBERED_DECISIONS) };
}

/** Records the end of a run. A run that is not the active one changes only its own decision. */
export function recordFinish(state: ContinuousTrainingState, finished: RunFinished): ContinuousTrainingState {
  return {
    ...state,
    active: state.active?.workflowId === finished.workflowId ? null : state.active,
    decisions: state.decisions.map((decision) =>
      decision.workflowId === finished.workflowId && decision.outcome === null
        ? { ...decision, outcome: finished.outcome }
        : decision,
    ),
  };
}

/** Parameters of the run that a start asks for: the rows of the policy's window up to the newest trigger, as UTC dates. */
export function retrainParameters({ window, parameters }: RetrainConfig, atMs: number): JsonObject {
  const newestMs = window.lengthMs ?? 0;
  const from = window.since ?? iso(atMs - newestMs);
  return { ...parameters, [window.from]: from.slice(0, 10), [window.to]: iso(atMs).slice(0, 10) };
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
    }
  });
}

/** Over the bound, the oldest signal goes that a newer one of the same cause stands for; without any, the oldest. */
function bounded(pending: readonly PendingTrigger[]): readonly PendingTrigger[] {
  if (pending.length <= REMEMBERED_SIGNALS) return pending;
  const causes = pending.map(({ signal: { kind, column, metric } }) => JSON.stringify([kind, column, metric]));
  const superseded = causes.findIndex((cause, index) => causes.indexOf(cause, index + 1) !== -1);
  return pending.toSpliced(Math.max(superseded, 0), 1);
}

function debounceEnd(due: readonly PendingTrigger[], debounceMs: number): number {
  const arrivals = due.map((pending) => pending.receivedAtMs);
  return Math.min(Math.max(...arrivals) + debounceMs, Math.min(...arrivals) + MAX_DEBOUNCE_PERIODS * debounceMs);
}

function holdBack(reason: string, policy: RetrainConfig, until: number): Verdict {
  // On the event clock time moves only with the next signal, so there is no timer to set.
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
