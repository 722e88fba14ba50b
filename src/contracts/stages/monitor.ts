import type { NoArguments, Operation } from './operations.js';
import type { JsonObject, JsonPrimitive } from '../json.js';
import type { SourceSpec } from '../dataset.js';
import type { DeployResult } from './deploy.js';

export type DriftRule = {
  readonly statistic: string;
  readonly max: number;
  /** For a statistic that has options of its own. */
  readonly options?: { readonly [name: string]: JsonPrimitive };
};
export type MonitorConfig = {
  readonly endpoint: string;
  readonly model: string;
  readonly everyMs: number;
  /** `event`: windows are closed by request (`closeWindow`); `wall`: a Temporal schedule closes one window every `everyMs`. */
  readonly clock: 'event' | 'wall';
  /** On the wall's clock: how long after its end a window waits for rows that are still on their way, ms; default a minute, or half of `everyMs` when that is less. */
  readonly graceMs?: number;
  /** Key: a raw column, or `score`. */
  readonly drift: { readonly [column: string]: DriftRule };
  readonly labels?: { readonly source: SourceSpec; readonly key: string; readonly sql: string; readonly delayMs: number };
  /** Of `p.retrain`, decided when a window is closed; absent: none. */
  readonly triggers?: readonly { readonly trigger: string; readonly options: JsonObject }[];
  readonly performance: readonly { readonly metric: string; readonly below: number }[];
  /** Signal when at least `windows` of the last `of` windows crossed. */
  readonly persistence: { readonly windows: number; readonly of: number };
  readonly minRows: number;
  readonly minLabelCoverage: number;
};
export type MonitorInputs = { readonly endpoint: DeployResult };
/** What is monitored; `schedule` is the id of the Temporal schedule that closes windows, null on the event clock. */
export type MonitorResult = {
  readonly model: string;
  readonly endpoint: string;
  readonly everyMs: number;
  readonly schedule: string | null;
};

export type MonitorOperations = { readonly monitor: Operation<NoArguments, MonitorResult> };
