import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { meanOfKept } from '../weighted-mean.js';

/** Probabilities are kept this far from 0 and 1: the machine epsilon of float64, as scikit-learn does. */
const EPSILON = 2 ** -52;

/**
 * Mean negative log-likelihood in nats. Equal to `sklearn.metrics.log_loss(labels, scores, labels=[0, 1])` on float64. Null without rows.
 */
export const logLoss = metricKind({
  name: 'log_loss',
  task: 'binary',
  better: 'lower',
  undefinedWhen: 'there are no rows',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  return meanOfKept(rows, weights, logTerm);
}

function logTerm(label: number, score: number): number {
  return -Math.log(Math.min(Math.max(label === 1 ? score : 1 - score, EPSILON), 1 - EPSILON));
}
