import type { RowWeights, ScoredRows } from './scored-rows.js';
import { meanOfKept } from './weighted-mean.js';

/** Probabilities are kept this far from 0 and 1: the machine epsilon of float64, as scikit-learn does. */
const EPSILON = 2 ** -52;

/**
 * Mean negative log-likelihood in nats. Equal to `sklearn.metrics.log_loss(labels, scores, labels=[0, 1])` on float64. Null without rows.
 */
export function logLoss(rows: ScoredRows, weights: RowWeights): number | null {
  return meanOfKept(rows, weights, logTerm);
}

function logTerm(label: number, score: number): number {
  return -Math.log(Math.min(Math.max(label === 1 ? score : 1 - score, EPSILON), 1 - EPSILON));
}

/** Mean squared difference of probability and outcome. Equal to `sklearn.metrics.brier_score_loss`. Null without rows. */
export function brierScore(rows: ScoredRows, weights: RowWeights): number | null {
  return meanOfKept(rows, weights, squaredTerm);
}

function squaredTerm(label: number, score: number): number {
  return (score - label) ** 2;
}
