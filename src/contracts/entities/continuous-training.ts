import type { JsonObject } from '../json.js';
import type { LongestRun } from '../limits/run-length.js';
import type { RetrainConfig } from '../stages/retrain.js';

/** Payload of the signal `trigger` of the continuous-training entity. `id` makes a repeat harmless. */
export type TrainingSignal = {
  readonly id: string;
  readonly kind: 'drift' | 'performance' | 'new_rows' | 'cron' | 'window' | 'manual';
  /** End of the event-time window that it speaks of, ISO; of `cron`, when the schedule fired on the wall's clock. */
  readonly at: string;
  readonly column?: string;
  /** Of `window`: the name of the trigger that decided. */
  readonly trigger?: string;
  readonly metric?: string;
  readonly score?: number;
  readonly threshold?: number;
  readonly rows?: number;
  readonly by?: string;
  readonly reason?: string;
};

/** Input of the workflow `continuousTraining`. */
export type ContinuousTrainingInput = {
  readonly model: string;
  /** How often the state of a run under way is looked up, for a run that was terminated cannot report back. Default 60,000. */
  readonly runCheckMs?: number;
  /** Pause before a failed retrain is tried again, four times as long after each further failure in a row. Default 60,000. */
  readonly backOffMs?: number;
  /** Default 1,000 signals or 2,000 events. */
  readonly longest?: LongestRun;
  /** Set by the workflow itself when it continues as new. */
  readonly state?: ContinuousTrainingState;
};

export type PendingTrigger = { readonly signal: TrainingSignal; readonly receivedAtMs: number };

export type RetrainDecision = {
  readonly n: number;
  /** Wall clock, ISO. */
  readonly decidedAt: string;
  /** Event time of the newest trigger, ISO. */
  readonly at: string;
  /** The newest of them, at most 10. */
  readonly triggers: readonly TrainingSignal[];
  readonly decision: 'started' | 'suppressed';
  readonly reason: string;
  readonly workflowId: string | null;
  readonly parameters: JsonObject | null;
  /** Null while the run is open; then promoted, rejected, rolled-back, failed or cancelled. */
  readonly outcome: string | null;
};

/** The run under way, and what it took: a run that fails gives it back. */
export type ActiveRetrain = {
  readonly workflowId: string;
  readonly n: number;
  readonly taken?: { readonly pending: readonly PendingTrigger[]; readonly newRows: number };
};

export type LeftOut = { readonly at: string; readonly signal: string; readonly problems: string };

/** All that the entity remembers; carried over continue-as-new. */
export type ContinuousTrainingState = {
  readonly model: string;
  readonly policy: RetrainConfig | null;
  readonly paused: boolean;
  /** The person who paused the retraining; null while it is not paused. */
  readonly pausedBy: string | null;
  readonly pending: readonly PendingTrigger[];
  /** Newest signal ids, bounded: repeats are ignored. */
  readonly seen: readonly string[];
  /** Marks of the 20,000 ids before those, eight characters each; absent in a state that does not keep them. */
  readonly seenBefore?: string;
  /**
   * Newest event time that any signal told, ms since 1970: the time on the event clock. Null before the first, absent in a state that does not
   * keep it.
   */
  readonly eventMs?: number | null;
  readonly newRows: number;
  readonly active: ActiveRetrain | null;
  /** Retrains that failed in a row since the last one that ended otherwise, and when the next may start. */
  readonly failures?: { readonly inARow: number; readonly untilMs: number };
  /** The newest messages that were left out, and why. */
  readonly leftOut?: readonly LeftOut[];
  /** Newest last, bounded. */
  readonly decisions: readonly RetrainDecision[];
  /** Retrains started so far: the next one's number is one more. */
  readonly started: number;
  /** Policy-clock time, ms, of recent starts: for cool-down and budget. */
  readonly startedAtMs: readonly number[];
};

/** Answer of the query `explain`: what the entity would do now and why. */
export type RetrainExplanation = {
  readonly model: string;
  readonly action: 'wait' | 'start';
  readonly reason: string;
  /** Wall clock, ISO, of the next look, when a timer is set. */
  readonly nextLookAt: string | null;
  readonly pending: readonly TrainingSignal[];
  readonly decisions: readonly RetrainDecision[];
  /** Messages that were left out, the newest ten. */
  readonly leftOut?: readonly LeftOut[];
};

/** Signal `runFinished` from a retrain run to its entity. */
export type RunFinished = { readonly workflowId: string; readonly status: string; readonly outcome: string };

/** Id of the entity of a model. */
export const continuousTrainingId = (model: string): string => `perennial/model/${model}`;
