import type { MetricValues } from '../contracts/stages/evaluate.js';
import type { Task } from '../contracts/stages/feature.js';
import type { Comparison, ComparisonInput } from './comparison.js';
import { compareModels } from './comparison.js';
import { metricsFor } from './metrics/metric.js';
import { scoredRows } from './metrics/scored-rows.js';

export interface MeasureInput {
  readonly task: Task;
  readonly metrics: readonly string[];
  readonly labels: Float64Array;
  readonly scores: Float64Array;
}

/** Entries of the worker thread, by name. */
export function compare(input: ComparisonInput): Comparison {
  return compareModels(input);
}

export function measure({ task, metrics, labels, scores }: MeasureInput): MetricValues {
  const rows = scoredRows(labels, scores);
  return Object.fromEntries(metricsFor(task, metrics).map((metric) => [metric.name, metric.compute(rows, null)]));
}
