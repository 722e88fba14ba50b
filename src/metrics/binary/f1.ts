import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { THRESHOLD } from './threshold.js';

/**
 * Harmonic mean of precision and recall at score >= 0.5. Equal to `sklearn.metrics.f1_score`. Null when there is neither a positive
 * row nor a positive prediction.
 */
export const f1 = metricKind({
  name: 'f1',
  task: 'binary',
  better: 'higher',
  undefinedWhen: 'no label and no prediction is positive',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
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
