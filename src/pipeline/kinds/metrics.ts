import type { Task } from '../../contracts/stages/feature.js';

/** Every metric of the evaluate stage: the task that it fits and which direction is better. */
export const METRICS = {
  roc_auc: { task: 'binary', better: 'higher' },
  average_precision: { task: 'binary', better: 'higher' },
  accuracy: { task: 'binary', better: 'higher' },
  f1: { task: 'binary', better: 'higher' },
  log_loss: { task: 'binary', better: 'lower' },
  brier: { task: 'binary', better: 'lower' },
  calibration_error: { task: 'binary', better: 'lower' },
  r2: { task: 'regression', better: 'higher' },
  mae: { task: 'regression', better: 'lower' },
  rmse: { task: 'regression', better: 'lower' },
} as const satisfies Record<string, { readonly task: Task; readonly better: 'higher' | 'lower' }>;

/** A metric's name. */
export type Metric = keyof typeof METRICS;

/** Metrics that fit a label's task. */
export type MetricOf<LabelTask extends Task> = {
  [Name in Metric]: (typeof METRICS)[Name]['task'] extends LabelTask ? Name : never;
}[Metric];

/** Metrics of which less is worse, so that falling below a threshold means decay. */
export type RisingMetric = { [Name in Metric]: (typeof METRICS)[Name]['better'] extends 'higher' ? Name : never }[Metric];
export type RisingMetricOf<LabelTask extends Task> = MetricOf<LabelTask> & RisingMetric;

/** Names of the metrics of a task. */
export function metricsOf(task: Task): readonly Metric[] {
  return (Object.keys(METRICS) as Metric[]).filter((name) => METRICS[name].task === task);
}
