import type { RowWeights, ScoredRows } from './scored-rows.js';

const BINS = 15;

export type CalibrationBin = { readonly rows: number; readonly meanScore: number; readonly positiveRatio: number };
export type Calibration = {
  /** Expected calibration error, 0..1: mean over rows of |mean score - positive ratio| of the row's bin. */
  readonly expectedError: number;
  readonly maximumError: number;
  /** By ascending score; about equally many rows each, ties kept together, so there may be fewer than 15. */
  readonly bins: readonly CalibrationBin[];
};

/** Reliability of probabilities in 15 equal-mass bins (Nguyen and O'Connor 2015). Null when the rows weigh nothing. */
export function calibrate({ sorted }: ScoredRows, weights: RowWeights = null): Calibration | null {
  const { labels, scores } = sorted;
  let total = labels.length;
  if (weights !== null) {
    total = 0;
    for (const weight of weights) total += weight;
  }
  if (total === 0) return null;
  const bins: CalibrationBin[] = [];
  // No function inside: numbers that it shares with this one are boxed, which costs several times as much in a resample.
  let [before, rows, scoreSum, positives] = [0, 0, 0, 0];
  let enough = total / BINS;
  for (let rank = labels.length - 1; rank >= 0; rank -= 1) {
    const score = scores[rank] as number;
    const weight = weights === null ? 1 : (weights[rank] as number);
    rows += weight;
    scoreSum += weight * score;
    positives += weight * (labels[rank] as number);
    const full = before + rows >= enough && (rank === 0 || scores[rank - 1] !== score);
    if ((!full && rank > 0) || rows === 0) continue;
    bins.push({ rows, meanScore: scoreSum / rows, positiveRatio: positives / rows });
    before += rows;
    enough = ((bins.length + 1) * total) / BINS;
    [rows, scoreSum, positives] = [0, 0, 0];
  }
  const gaps = bins.map((bin) => Math.abs(bin.meanScore - bin.positiveRatio));
  return {
    expectedError: gaps.reduce((sum, gap, index) => sum + (gap * (bins[index]?.rows ?? 0)) / total, 0),
    maximumError: Math.max(...gaps),
    bins,
  };
}
