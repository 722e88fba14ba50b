import type { ContinuousTrainingState, LeftOut, TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import { FUTURE_MS, LONGEST_ID } from '../../messages/rules.js';
import { isSeen, withId } from '../../messages/seen-ids.js';
import { pickTrigger, triggerProblems } from '../../messages/training.js';
import { boundedTriggers } from './pending-triggers.js';
import { iso } from './trigger-words.js';
import { boundedDecisions } from './recorded-decisions.js';

const MOST_LEFT_OUT = 10;
const LONGEST_TEXT = 500;

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
    decisions: boundedDecisions(state.decisions),
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
