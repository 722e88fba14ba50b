import type { NoArguments, Operation } from './operations.js';
import type { JsonObject } from '../json.js';
import type { Owner } from '../store/ownership.js';

export type TriggerSpec =
  | { readonly on: 'drift' }
  | { readonly on: 'performance'; readonly metric: string; readonly below: number }
  | { readonly on: 'new_rows'; readonly rows: number }
  /** One of one's own, which the monitor decides when it closes a window. */
  | { readonly on: 'window'; readonly trigger: string; readonly options: JsonObject }
  | { readonly on: 'cron'; readonly expression: string; readonly timezone: string };
export type RetrainConfig = {
  readonly model: string;
  readonly pipeline: string;
  readonly on: readonly TriggerSpec[];
  readonly debounceMs: number;
  readonly coolDownMs: number;
  readonly budget: { readonly runs: number; readonly perMs: number };
  /** Which clock cool-down and budget read: that of the data (`event`) or the wall's. */
  readonly clock: 'event' | 'wall';
  /**
   * Rows of a retrain, written into the pipeline's parameters of these names as ISO dates: those of the newest `lengthMs`, or, when that is
   * null, all since `since`, the start of the run that handed the policy over. Rows of the newest `labelDelayMs` are left out, for their labels
   * may be missing; absent: 0.
   */
  readonly window: {
    readonly lengthMs: number | null;
    readonly since?: string;
    readonly labelDelayMs?: number;
    readonly from: string;
    readonly to: string;
  };
  /** Other parameters of the started runs. */
  readonly parameters: JsonObject;
  /** Owner of the policy; absent in a policy from before owners were kept. */
  readonly owner?: Owner;
};
/** The workflow id of the continuous training that took the policy, and its model. */
export type RetrainResult = { readonly entity: string; readonly model: string };

export type RetrainOperations = { readonly retrain: Operation<NoArguments, RetrainResult> };
