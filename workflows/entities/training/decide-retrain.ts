import type {
  ContinuousTrainingState,
  PendingTrigger,
  TrainingSignal,
} from '../../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig, TriggerSpec } from '../../../src/contracts/stages/retrain.js';
import { describeTriggers, iso } from './trigger-words.js';

/** Signals arriving in a row postpone a start by at most this many quiet periods. */
const MAX_DEBOUNCE_PERIODS = 10;

export type Verdict =
  | { readonly action: 'wait'; readonly reason: string; readonly untilMs: number | null; readonly suppressed: boolean }
  | { readonly action: 'start'; readonly reason: string; readonly triggers: readonly TrainingSignal[]; readonly atMs: number };

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
