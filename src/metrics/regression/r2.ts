import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { weightedMean } from '../weighted-mean.js';

/** Coefficient of determination, at most 1. Equal to `sklearn.metrics.r2_score`. Null when all labels are equal. */
export const r2 = metricKind({
  name: 'r2',
  task: 'regression',
  better: 'higher',
  undefinedWhen: 'all labels are equal',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  const mean = weightedMean(rows, weights, (label) => label);
  if (mean === null) return null;
  const spread = weightedMean(rows, weights, (label) => (label - mean) ** 2);
  const error = weightedMean(rows, weights, (label, score) => (score - label) ** 2);
  return spread === null || error === null || spread === 0 ? null : 1 - error / spread;
}
