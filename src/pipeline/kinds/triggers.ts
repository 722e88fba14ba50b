import { checkCall } from '../../errors/check-call.js';
import { aNumber, aText, optional, optionsOf } from '../../errors/kinds.js';
import { aMetric, metricName, type RisingMetric } from './metrics.js';

/** Reasons to train again; each becomes a `TriggerSpec` in the plan. */
export interface PerformanceTrigger<Name extends RisingMetric = RisingMetric> {
  readonly on: 'performance';
  /** Its name. */
  readonly metric: string;
  readonly below: number;
  /** For the compiler alone. */
  readonly measures?: Name;
}
/** What a trigger of one's own gives: see `defineTrigger` of `perennial-ml/extend`. */
export interface WindowTrigger {
  readonly on: 'window';
  readonly trigger: string;
  readonly options: { readonly [name: string]: unknown };
}
export type Trigger =
  | WindowTrigger
  | { readonly on: 'drift' }
  | PerformanceTrigger
  | { readonly on: 'new_rows'; readonly rows: number }
  | { readonly on: 'cron'; readonly expression: string; readonly timezone: string };

/** The monitor found persistent drift. */
export function drift(): Trigger {
  return Object.freeze({ on: 'drift' });
}

/** The monitor measured `metric` below `value` in a window whose labels had arrived; it need not be told the rule again. */
export function performanceBelow<const Name extends RisingMetric>(metric: Name, value: number): PerformanceTrigger<Name> {
  checkCall('on.performanceBelow', { metric, value }, { metric: aMetric, value: aNumber });
  return Object.freeze({ on: 'performance', metric: metricName(metric), below: value });
}

/** At least `rows` new rows were reported since the last training. */
export function newRows(rows: number): Trigger {
  checkCall('on.newRows', { rows }, { rows: aNumber });
  return Object.freeze({ on: 'new_rows', rows });
}

/** A five-field cron expression, in an IANA time zone; default UTC. */
export function cron(expression: string, options: { readonly timezone?: string } = {}): Trigger {
  checkCall('on.cron', { expression, options }, { expression: aText, options: optionsOf({ timezone: optional(aText) }) });
  return Object.freeze({ on: 'cron', expression, timezone: options.timezone ?? 'UTC' });
}
