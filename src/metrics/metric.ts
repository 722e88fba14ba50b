import type { Task } from '../contracts/stages/feature.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { calibrationError } from './calibration-error.js';
import { brierScore, logLoss } from './probability.js';
import { averagePrecision, rocAuc } from './ranking.js';
import { meanAbsoluteError, r2, rootMeanSquaredError } from './regression.js';
import type { RowWeights, ScoredRows } from './scored-rows.js';
import { accuracy, f1 } from './threshold.js';

/** A number that says how well scores fit labels. `compute` gives null, never NaN, where it is undefined; `undefinedWhen` says where. */
export interface Metric {
  readonly name: string;
  readonly task: Task;
  readonly better: 'higher' | 'lower';
  readonly undefinedWhen: string;
  readonly compute: (rows: ScoredRows, weights: RowWeights) => number | null;
}

const NO_ROWS = 'there are no rows';
const METRICS: readonly Metric[] = [
  { name: 'roc_auc', task: 'binary', better: 'higher', undefinedWhen: 'all labels are of one class', compute: rocAuc },
  {
    name: 'average_precision',
    task: 'binary',
    better: 'higher',
    undefinedWhen: 'no label is positive',
    compute: averagePrecision,
  },
  { name: 'log_loss', task: 'binary', better: 'lower', undefinedWhen: NO_ROWS, compute: logLoss },
  { name: 'brier', task: 'binary', better: 'lower', undefinedWhen: NO_ROWS, compute: brierScore },
  { name: 'calibration_error', task: 'binary', better: 'lower', undefinedWhen: NO_ROWS, compute: calibrationError },
  { name: 'accuracy', task: 'binary', better: 'higher', undefinedWhen: NO_ROWS, compute: accuracy },
  { name: 'f1', task: 'binary', better: 'higher', undefinedWhen: 'no label and no prediction is positive', compute: f1 },
  { name: 'mae', task: 'regression', better: 'lower', undefinedWhen: NO_ROWS, compute: meanAbsoluteError },
  { name: 'rmse', task: 'regression', better: 'lower', undefinedWhen: NO_ROWS, compute: rootMeanSquaredError },
  { name: 'r2', task: 'regression', better: 'higher', undefinedWhen: 'all labels are equal', compute: r2 },
];

/** EVALUATION_METRIC_UNKNOWN names every bad one and lists those of the task. */
export function metricsFor(task: Task, names: readonly string[]): Metric[] {
  const fitting = METRICS.filter((metric) => metric.task === task);
  const unknown = names.filter((name) => !fitting.some((metric) => metric.name === name));
  if (unknown.length > 0) {
    throw new PipelineError('EVALUATION_METRIC_UNKNOWN', {
      what: `no such ${task} metric`,
      expected: `some of ${fitting.map(({ name }) => name).join(', ')}`,
      received: unknown.join(', '),
    });
  }
  return fitting.filter(({ name }) => names.includes(name));
}
