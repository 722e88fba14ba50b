import { CANDIDATE_SIZE, CELLS } from './shared-training.js';

/** Sums over a leaf's rows, in quantised units, and its number of rows. */
export interface LeafSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

export interface SplitRules {
  readonly lanes: 1 | 2;
  readonly shift: number;
  /** One quantised step of gradient and hessian. */
  readonly gradientUnit: number;
  readonly hessianUnit: number;
  readonly l2: number;
  readonly minRowsInLeaf: number;
  readonly binCounts: Int32Array;
}

/** Rows with a bin of at most `bin` go left, missing values to `missingLeft`. Sums are those of the left side. */
export interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gradient: number;
  readonly hessian: number;
}

/** As LightGBM's `min_sum_hessian_in_leaf`. */
const MIN_HESSIAN = 1e-3;

/** Sum of all cells of one feature: the sums of the leaf that the histogram is of. */
export function sumsOf(histogram: Float64Array, feature: number, rows: number, { lanes, shift }: SplitRules): LeafSums {
  let gradient = 0;
  let hessian = 0;
  for (let cell = feature * CELLS; cell < (feature + 1) * CELLS; cell += 1) {
    const value = histogram[cell * lanes] as number;
    const high = lanes === 1 ? Math.floor(value / shift) : value;
    gradient += high;
    hessian += lanes === 1 ? value - high * shift : (histogram[cell * lanes + 1] as number);
  }
  return { gradient, hessian, rows };
}

/**
 * Writes the best split of a leaf over `features` to `candidates` at `slot`; gain 0 when none is allowed. Gain is the fall of the
 * second-order loss, G_L^2 / (H_L + l2) + G_R^2 / (H_R + l2) - G^2 / (H + l2). A side must hold `minRowsInLeaf` rows (estimated from its
 * share of the hessian, as LightGBM does; exact for regression) and a hessian of at least 0.001. Missing values are tried on both sides;
 * where the leaf has none, they will follow the heavier side. Of equal gains the lowest feature and bound win.
 */
export function findBestSplit(
  histogram: Float64Array,
  leaf: LeafSums,
  features: Int32Array,
  rules: SplitRules,
  candidates: Float64Array,
  slot: number,
): void {
  const { lanes, shift, gradientUnit, hessianUnit, l2, minRowsInLeaf, binCounts } = rules;
  const rowsPerHessian = leaf.hessian > 0 ? leaf.rows / leaf.hessian : 0;
  const scale = (gradientUnit * gradientUnit) / hessianUnit;
  const penalty = l2 / hessianUnit;
  const minHessian = MIN_HESSIAN / hessianUnit;
  const parent = (leaf.gradient * leaf.gradient) / (leaf.hessian + penalty);
  let bestGain = 0;
  let bestFeature = -1;
  let bestBin = 0;
  let bestMissingLeft = 0;
  let bestGradient = 0;
  let bestHessian = 0;
  for (const feature of features) {
    const bins = binCounts[feature] as number;
    const first = feature * CELLS * lanes;
    const missing = histogram[first + bins * lanes] as number;
    const missingHigh = lanes === 1 ? Math.floor(missing / shift) : missing;
    const missingHessian = lanes === 1 ? missing - missingHigh * shift : (histogram[first + bins * lanes + 1] as number);
    const hasMissing = missingHigh !== 0 || missingHessian !== 0;
    const last = hasMissing ? bins : bins - 1;
    let gradient = 0;
    let hessian = 0;
    for (let bin = 0; bin < last; bin += 1) {
      const value = histogram[first + bin * lanes] as number;
      const high = lanes === 1 ? Math.floor(value / shift) : value;
      const low = lanes === 1 ? value - high * shift : (histogram[first + bin * lanes + 1] as number);
      if (high === 0 && low === 0) continue;
      gradient += high;
      hessian += low;
      for (let side = 0; side < (hasMissing ? 2 : 1); side += 1) {
        const leftGradient = side === 1 ? gradient + missingHigh : gradient;
        const leftHessian = side === 1 ? hessian + missingHessian : hessian;
        const rightHessian = leaf.hessian - leftHessian;
        if (leftHessian < minHessian || rightHessian < minHessian) continue;
        const leftRows = Math.round(leftHessian * rowsPerHessian);
        if (leftRows < minRowsInLeaf || leaf.rows - leftRows < minRowsInLeaf) continue;
        const rightGradient = leaf.gradient - leftGradient;
        const gain =
          (leftGradient * leftGradient) / (leftHessian + penalty) +
          (rightGradient * rightGradient) / (rightHessian + penalty) -
          parent;
        if (gain * scale <= bestGain) continue;
        bestGain = gain * scale;
        bestFeature = feature;
        bestBin = bin;
        bestMissingLeft = hasMissing ? side : leftHessian >= rightHessian ? 1 : 0;
        bestGradient = leftGradient;
        bestHessian = leftHessian;
      }
    }
  }
  candidates.set([bestGain, bestFeature, bestBin, bestMissingLeft, bestGradient, bestHessian], slot * CANDIDATE_SIZE);
}

/** The best of the threads' candidates; null when none has a gain. Candidates are compared in the order of features. */
export function bestCandidate(candidates: Float64Array, slots: readonly number[]): Split | null {
  let best: Split | null = null;
  for (const slot of slots) {
    const [gain = 0, feature = -1, bin = 0, missingLeft = 0, gradient = 0, hessian = 0] = candidates.subarray(
      slot * CANDIDATE_SIZE,
      (slot + 1) * CANDIDATE_SIZE,
    );
    if (feature < 0 || gain <= (best?.gain ?? 0)) continue;
    best = { gain, feature, bin, missingLeft: missingLeft === 1, gradient, hessian };
  }
  return best;
}
