import { weightedMean } from './weighted-mean.js';
import type { RowWeights, ScoredRows } from './scored-rows.js';

/** A row counts as predicted positive from this score up. */
const THRESHOLD = 0.5;

/** Share of rows whose predicted class (score >= 0.5) is the label. Equal to `sklearn.metrics.accuracy_score`. Null without rows. */
export function accuracy(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => (score >= THRESHOLD === (label === 1) ? 1 : 0));
}

/**
 * Harmonic mean of precision and recall at score >= 0.5. Equal to `sklearn.metrics.f1_score`. Null when there is neither a positive
 * row nor a positive prediction.
 */
export function f1(rows: ScoredRows, weights: RowWeights): number | null {
  const { labels, scores } = rows.sorted;
  let [hits, wrong] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const weight = weights === null ? 1 : (weights[row] ?? 0);
    const [actual, predicted] = [labels[row] === 1, (scores[row] ?? 0) >= THRESHOLD];
    if (actual && predicted) hits += weight;
    else if (actual || predicted) wrong += weight;
  }
  return hits + wrong === 0 ? null : (2 * hits) / (2 * hits + wrong);
}
