import { eachTie } from './each-tie.js';
import type { ScoredRows } from './scored-rows.js';

const MAX_POINTS = 200;
const HISTOGRAM_BINS = 25;

export type Point = readonly [x: number, y: number];
export type RankingCurves = {
  /** (false positive ratio, true positive ratio), from (0, 0) to (1, 1). */
  readonly roc: readonly Point[];
  /** (recall, precision). */
  readonly precisionRecall: readonly Point[];
};
export type Histogram = { readonly edges: readonly number[]; readonly shares: readonly number[] };

/** Thinned to about 200 points. Null when one class is absent. */
export function rankingCurves(rows: ScoredRows): RankingCurves | null {
  const cuts: (readonly [positives: number, negatives: number])[] = [];
  let [positives, negatives] = [0, 0];
  eachTie(rows, null, (tiePositives, tieNegatives) => {
    positives += tiePositives;
    negatives += tieNegatives;
    cuts.push([positives, negatives]);
  });
  if (positives === 0 || negatives === 0) return null;
  const stride = Math.ceil(cuts.length / MAX_POINTS);
  const kept = cuts.filter((_, index) => index % stride === stride - 1 || index === cuts.length - 1);
  return {
    roc: [[0, 0], ...kept.map(([p, n]): Point => [n / negatives, p / positives])],
    precisionRecall: kept.map(([p, n]): Point => [p / positives, p / (p + n)]),
  };
}

/** Shares of the values in 25 equal bins of [low, high]; values outside count in the outer bins. */
export function histogram(values: Float64Array, low: number, high: number): Histogram {
  const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
  const width = (high - low) / HISTOGRAM_BINS || 1;
  for (const value of values) {
    const bin = Math.min(Math.max(Math.floor((value - low) / width), 0), HISTOGRAM_BINS - 1);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return {
    edges: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, index) => low + index * width),
    shares: counts.map((count) => count / Math.max(values.length, 1)),
  };
}
