import { weightedMean } from './weighted-mean.js';
import type { RowWeights, ScoredRows } from './scored-rows.js';

/** Mean absolute error, in the label's unit. Equal to `sklearn.metrics.mean_absolute_error`. Null without rows. */
export function meanAbsoluteError(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => Math.abs(score - label));
}

/** Root of the mean squared error, in the label's unit. Equal to `sklearn.metrics.root_mean_squared_error`. Null without rows. */
export function rootMeanSquaredError(rows: ScoredRows, weights: RowWeights): number | null {
  const mean = weightedMean(rows, weights, (label, score) => (score - label) ** 2);
  return mean === null ? null : Math.sqrt(mean);
}

/** Coefficient of determination, at most 1. Equal to `sklearn.metrics.r2_score`. Null when all labels are equal. */
export function r2(rows: ScoredRows, weights: RowWeights): number | null {
  const mean = weightedMean(rows, weights, (label) => label);
  if (mean === null) return null;
  const spread = weightedMean(rows, weights, (label) => (label - mean) ** 2);
  const error = weightedMean(rows, weights, (label, score) => (score - label) ** 2);
  return spread === null || error === null || spread === 0 ? null : 1 - error / spread;
}
