import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half (Mann-Whitney U).
 * Equal to `sklearn.metrics.roc_auc_score(labels, scores, sample_weight=weights)`. Null when one class is absent.
 */
export const rocAuc = metricKind({
  name: 'roc_auc',
  task: 'binary',
  better: 'higher',
  undefinedWhen: 'all labels are of one class',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  // Not by `eachTie`: numbers that a function inside shares with this one are boxed, which costs five times as much in a resample.
  const { labels, scores } = rows.sorted;
  let [positives, negatives, pairs] = [0, 0, 0];
  let rank = 0;
  while (rank < labels.length) {
    const score = scores[rank];
    let [tiePositives, tieNegatives] = [0, 0];
    for (; rank < labels.length && scores[rank] === score; rank += 1) {
      const weight = weights === null ? 1 : (weights[rank] as number);
      if (labels[rank] === 1) tiePositives += weight;
      else tieNegatives += weight;
    }
    pairs += tieNegatives * (positives + tiePositives / 2);
    positives += tiePositives;
    negatives += tieNegatives;
  }
  return positives === 0 || negatives === 0 ? null : pairs / positives / negatives;
}
