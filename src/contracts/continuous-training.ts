import type { JsonObject } from './json.js';
import type { RetrainConfig } from './stages.js';

/** Payload of the signals `drift`, `performance` and `newData` of the continuous-training entity. `id` makes a repeat harmless. */
export type TrainingSignal = {
  readonly id: string;
  readonly kind: 'drift' | 'performance' | 'new_rows' | 'cron';
  /** End of the event-time window that it speaks of, ISO: the newest data a retrain may use. */
  readonly at: string;
  readonly column?: string;
  readonly metric?: string;
  readonly score?: number;
  readonly threshold?: number;
  readonly rows?: number;
};

export type RetrainDecision = {
  readonly n: number;
  /** Wall clock, ISO. */
  readonly decidedAt: string;
  /** Event time of the newest signal, ISO. */
  readonly at: string;
  readonly triggers: readonly TrainingSignal[];
  readonly decision: 'started' | 'suppressed';
  readonly reason: string;
  readonly workflowId: string | null;
  readonly parameters: JsonObject | null;
  /** Filled when the run ends: promoted, rejected, rolled-back, failed. */
  readonly outcome: string | null;
};

export type ContinuousTrainingState = {
  readonly model: string;
  readonly policy: RetrainConfig | null;
  readonly paused: boolean;
  readonly pending: readonly TrainingSignal[];
  readonly seen: readonly string[];
  readonly newRows: number;
  readonly active: { readonly workflowId: string; readonly n: number } | null;
  readonly decisions: readonly RetrainDecision[];
  /** Event or wall time (policy.clock), ms, of the last starts: for cool-down and budget. */
  readonly startedAtMs: readonly number[];
  readonly signalsHandled: number;
};

/** Id of the entity of a model. */
export const continuousTrainingId = (model: string): string => `perennial/model/${model}`;
