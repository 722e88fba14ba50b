import type { RowWeights, ScoredRows } from './scored-rows.js';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half (Mann-Whitney U).
 * Equal to `sklearn.metrics.roc_auc_score(labels, scores, sample_weight=weights)`. Null when one class is absent.
 */
export function rocAuc(rows: ScoredRows, weights: RowWeights): number | null {
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

/**
 * Average precision: sum over thresholds of (recall step) x precision, without interpolation.
 * Equal to `sklearn.metrics.average_precision_score`. Null when no row is positive.
 */
export function averagePrecision(rows: ScoredRows, weights: RowWeights): number | null {
  let [positives, negatives, sum] = [0, 0, 0];
  eachTie(rows, weights, (tiePositives, tieNegatives) => {
    positives += tiePositives;
    negatives += tieNegatives;
    if (tiePositives > 0) sum += (tiePositives * positives) / (positives + negatives);
  });
  return positives === 0 ? null : sum / positives;
}

/** Calls back with the positives and negatives at each distinct score, from the highest down. */
export function eachTie(
  rows: ScoredRows,
  weights: RowWeights,
  visit: (positives: number, negatives: number, score: number) => void,
): void {
  const { labels, scores } = rows.sorted;
  let [positives, negatives] = [0, 0];
  let score = scores[0] ?? 0;
  for (let rank = 0; rank < labels.length; rank += 1) {
    const own = scores[rank] as number;
    if (own !== score) {
      visit(positives, negatives, score);
      [positives, negatives, score] = [0, 0, own];
    }
    const weight = weights === null ? 1 : (weights[rank] as number);
    if (labels[rank] === 1) positives += weight;
    else negatives += weight;
  }
  if (labels.length > 0) visit(positives, negatives, score);
}
