import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { weightedMean } from '../weighted-mean.js';

/** Root of the mean squared error, in the label's unit. Equal to `sklearn.metrics.root_mean_squared_error`. Null without rows. */
export const rmse = metricKind({
  name: 'rmse',
  task: 'regression',
  better: 'lower',
  undefinedWhen: 'there are no rows',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  const mean = weightedMean(rows, weights, (label, score) => (score - label) ** 2);
  return mean === null ? null : Math.sqrt(mean);
}
