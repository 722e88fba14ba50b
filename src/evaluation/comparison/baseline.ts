import { METRICS } from '../../metrics/metrics.js';
import { median } from '../../metrics/quantiles.js';
import type { Task } from '../../contracts/stages/feature.js';

/**
 * The best constant score for these labels: the base rate, or for a regression the mean (for a metric such as `mae` the median). What a first model has to
 * beat; its roc_auc is 0.5, its average precision the base rate, its r2 zero.
 */
export function baselineScores(task: Task, metric: string, labels: Float64Array): Float64Array {
  const constant =
    METRICS.find(metric)?.baseline === 'median'
      ? median(labels.toSorted())
      : labels.reduce((sum, label) => sum + label, 0) / labels.length;
  return new Float64Array(labels.length).fill(constant);
}
