import type { MetricValues } from '../contracts/stages/evaluate.js';
import type { Task } from '../contracts/stages/feature.js';
import { metricsFor } from './metric.js';
import { scoredRows } from './scored-rows.js';

export interface MeasureInput {
  readonly task: Task;
  readonly metrics: readonly string[];
  readonly labels: Float64Array;
  readonly scores: Float64Array;
}

/** Entry of the worker thread. */
export function measure({ task, metrics, labels, scores }: MeasureInput): MetricValues {
  const rows = scoredRows(labels, scores);
  return Object.fromEntries(metricsFor(task, metrics).map((metric) => [metric.name, metric.compute(rows, null)]));
}
