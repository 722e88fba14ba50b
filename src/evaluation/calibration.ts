import type { RowWeights, ScoredRows } from './metrics/scored-rows.js';

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
export function calibrate({ order, sorted }: ScoredRows, weights: RowWeights = null): Calibration | null {
  const total = weights === null ? order.length : weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  const { labels, scores } = sorted;
  const bins: CalibrationBin[] = [];
  let [before, rows, scoreSum, positives] = [0, 0, 0, 0];
  const close = (): void => {
    if (rows > 0) bins.push({ rows, meanScore: scoreSum / rows, positiveRatio: positives / rows });
    before += rows;
    [rows, scoreSum, positives] = [0, 0, 0];
  };
  for (let rank = order.length - 1; rank >= 0; rank -= 1) {
    const score = scores[rank] as number;
    const weight = weights === null ? 1 : (weights[order[rank] as number] as number);
    rows += weight;
    scoreSum += weight * score;
    positives += weight * (labels[rank] as number);
    const tied = rank > 0 && scores[rank - 1] === score;
    if (!tied && before + rows >= ((bins.length + 1) * total) / BINS) close();
  }
  close();
  const gaps = bins.map((bin) => Math.abs(bin.meanScore - bin.positiveRatio));
  return {
    expectedError: gaps.reduce((sum, gap, index) => sum + (gap * (bins[index]?.rows ?? 0)) / total, 0),
    maximumError: Math.max(...gaps),
    bins,
  };
}
