import type { RowWeights, ScoredRows } from './scored-rows.js';

/** Probabilities are kept this far from 0 and 1: the machine epsilon of float64, as scikit-learn does. */
const EPSILON = 2 ** -52;

/**
 * Mean negative log-likelihood in nats. Equal to `sklearn.metrics.log_loss(labels, scores, labels=[0, 1])` on float64. Null without rows.
 */
export function logLoss(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => {
    const probability = Math.min(Math.max(label === 1 ? score : 1 - score, EPSILON), 1 - EPSILON);
    return -Math.log(probability);
  });
}

/** Mean squared difference of probability and outcome. Equal to `sklearn.metrics.brier_score_loss`. Null without rows. */
export function brierScore(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => (score - label) ** 2);
}

/** Weighted mean of a term over the rows; null when they weigh nothing. */
export function weightedMean(
  rows: ScoredRows,
  weights: RowWeights,
  term: (label: number, score: number) => number,
): number | null {
  const { labels, scores } = rows;
  let [sum, total] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const weight = weights === null ? 1 : (weights[row] ?? 0);
    if (weight === 0) continue;
    sum += weight * term(labels[row] ?? 0, scores[row] ?? 0);
    total += weight;
  }
  return total === 0 ? null : sum / total;
}
