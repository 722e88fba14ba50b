import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { weightedMean } from '../weighted-mean.js';
import { THRESHOLD } from './threshold.js';

/** Share of rows whose predicted class (score >= 0.5) is the label. Equal to `sklearn.metrics.accuracy_score`. Null without rows. */
export const accuracy = metricKind({
  name: 'accuracy',
  task: 'binary',
  better: 'higher',
  undefinedWhen: 'there are no rows',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  return weightedMean(rows, weights, (label, score) => (score >= THRESHOLD === (label === 1) ? 1 : 0));
}
