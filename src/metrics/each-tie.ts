import type { RowWeights, ScoredRows } from './scored-rows.js';

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
