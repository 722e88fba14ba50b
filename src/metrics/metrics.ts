import type { Task } from '../contracts/stages/feature.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { createKindList } from '../kinds/kind-list.js';
import { accuracy } from './binary/accuracy.js';
import { averagePrecision } from './binary/average-precision.js';
import { brier } from './binary/brier.js';
import { calibrationError } from './binary/calibration-error.js';
import { f1 } from './binary/f1.js';
import { logLoss } from './binary/log-loss.js';
import { rocAuc } from './binary/roc-auc.js';
import type { MetricKind } from './metric-kind.js';
import { mae } from './regression/mae.js';
import { r2 } from './regression/r2.js';
import { rmse } from './regression/rmse.js';

const BUILT_IN = [rocAuc, averagePrecision, accuracy, f1, logLoss, brier, calibrationError, r2, mae, rmse] as const;

/** A metric that needs no definition. */
export type BuiltInMetric = (typeof BUILT_IN)[number];

/** Every metric, by name. */
export const METRICS = createKindList<MetricKind>('metric', 'metric', BUILT_IN);

/** Names of the built-in metrics of a task. */
export const builtInMetrics = (task: Task): readonly BuiltInMetric['name'][] =>
  BUILT_IN.filter((metric) => metric.task === task).map(({ name }) => name);

/** Names of all metrics of a task. */
export const metricNames = (task: Task): readonly string[] => METRICS.names().filter((name) => METRICS.named(name).task === task);

/** Those of some names, in the order of the list. EVALUATION_METRIC_UNKNOWN names every bad one and lists those of the task. */
export function metricsFor(task: Task, names: readonly string[]): readonly MetricKind[] {
  const fitting = metricNames(task);
  const unknown = names.filter((name) => !fitting.includes(name));
  if (unknown.length > 0) {
    throw new PipelineError('EVALUATION_METRIC_UNKNOWN', {
      what: `no such ${task} metric`,
      expected: `some of ${fitting.join(', ')}`,
      received: unknown.join(', '),
    });
  }
  return fitting.filter((name) => names.includes(name)).map((name) => METRICS.named(name));
}
