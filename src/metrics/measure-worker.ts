import type { MetricValues } from '../contracts/stages/evaluate.js';
import type { Task } from '../contracts/stages/feature.js';
import { loadMetrics } from './metric-files.js';
import { metricsFor } from './metrics.js';
import { scoredRows } from './scored-rows.js';

export interface MeasureInput {
  readonly task: Task;
  readonly metrics: readonly string[];
  readonly labels: Float64Array;
  readonly scores: Float64Array;
  /** That define metrics; see `metricFiles`. */
  readonly files: readonly string[];
}

/** Entry of the worker thread. */
export async function measure({ task, metrics, labels, scores, files }: MeasureInput): Promise<MetricValues> {
  await loadMetrics(files);
  const rows = scoredRows(labels, scores);
  return Object.fromEntries(metricsFor(task, metrics).map((metric) => [metric.name, metric.compute(rows, null)]));
}
