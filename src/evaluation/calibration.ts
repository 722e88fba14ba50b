import type { ScoredRows } from './metrics/scored-rows.js';

const BINS = 15;

export type CalibrationBin = { readonly rows: number; readonly meanScore: number; readonly positiveRatio: number };
export type Calibration = {
  /** Expected calibration error, 0..1: mean over rows of |mean score - positive ratio| of the row's bin. */
  readonly expectedError: number;
  readonly maximumError: number;
  /** By ascending score; about equally many rows each, ties kept together, so there may be fewer than 15. */
  readonly bins: readonly CalibrationBin[];
};

/** Reliability of probabilities in 15 equal-mass bins (Nguyen and O'Connor 2015). Null without rows. */
export function calibrate({ labels, scores, order }: ScoredRows): Calibration | null {
  const total = order.length;
  if (total === 0) return null;
  const bins: CalibrationBin[] = [];
  let [rows, scoreSum, positives] = [0, 0, 0];
  for (let rank = 0; rank < total; rank += 1) {
    const row = order[total - 1 - rank] ?? 0;
    rows += 1;
    scoreSum += scores[row] ?? 0;
    positives += labels[row] ?? 0;
    const next = rank + 1 < total ? scores[order[total - 2 - rank] ?? 0] : undefined;
    if (next === undefined || (next !== scores[row] && rank + 1 >= ((bins.length + 1) * total) / BINS)) {
      bins.push({ rows, meanScore: scoreSum / rows, positiveRatio: positives / rows });
      [rows, scoreSum, positives] = [0, 0, 0];
    }
  }
  const gaps = bins.map((bin) => Math.abs(bin.meanScore - bin.positiveRatio));
  return {
    expectedError: gaps.reduce((sum, gap, index) => sum + (gap * (bins[index]?.rows ?? 0)) / total, 0),
    maximumError: Math.max(...gaps),
    bins,
  };
}
