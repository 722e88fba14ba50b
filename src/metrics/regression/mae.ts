import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { weightedMean } from '../weighted-mean.js';

/** Mean absolute error, in the label's unit. Equal to `sklearn.metrics.mean_absolute_error`. Null without rows. */
export const mae = metricKind({
  name: 'mae',
  task: 'regression',
  better: 'lower',
  undefinedWhen: 'there are no rows',
  baseline: 'median',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => Math.abs(score - label));
}
