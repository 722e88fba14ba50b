/**
 * Gradients and hessians as integers, so that histogram sums are exact and do not depend on the order of addition: every number of
 * threads gives the same bits. Stochastic rounding keeps the sums unbiased; leaf values are computed from exact values afterwards.
 * Primary source: Shi et al., Quantized Training of Gradient Boosting Decision Trees (NeurIPS 2022).
 *
 * With one lane, gradient and hessian share a float64: gradient * 2^hessianBits + hessian. With two lanes each has its own.
 * Levels are chosen so that no sum leaves the range of exact integers (2^53).
 */
export type Quantisation = {
  readonly lanes: 1 | 2;
  /** 2^hessianBits; 1 with two lanes. */
  readonly shift: number;
  readonly gradientLevels: number;
  readonly hessianLevels: number;
};

const EXACT_BITS = 53;
const HESSIAN_BITS = 27;
const MAX_LEVELS = 2 ** 20;
const FEWEST_PACKED_LEVELS = 32;

/**
 * @param rowsInBin - most rows that share one bin of one feature: no histogram cell sums more rows.
 * @param rows - all training rows.
 * @param constantHessian - true when every row's hessian is 1 (squared error): one level says it exactly.
 */
export function planQuantisation(rowsInBin: number, rows: number, constantHessian: boolean, lanes?: 1 | 2): Quantisation {
  const cells = Math.max(rowsInBin, 1);
  const hessianBits = constantHessian ? Math.floor(Math.log2(cells)) + 1 : HESSIAN_BITS;
  const hessianLevels = constantHessian ? 1 : levels(2 ** hessianBits - 1, cells);
  const gradientLevels = levels(2 ** (EXACT_BITS - 1 - hessianBits) - 1, cells);
  const packs = gradientLevels >= FEWEST_PACKED_LEVELS && hessianLevels >= (constantHessian ? 1 : FEWEST_PACKED_LEVELS);
  if (lanes === 1 || (lanes === undefined && packs)) {
    return { lanes: 1, shift: 2 ** hessianBits, gradientLevels, hessianLevels };
  }
  const wide = levels(2 ** EXACT_BITS - 1, Math.max(rows, 1));
  return { lanes: 2, shift: 1, gradientLevels: wide, hessianLevels: constantHessian ? 1 : wide };
}

function levels(largestSum: number, terms: number): number {
  return Math.max(1, Math.min(MAX_LEVELS, Math.floor(largestSum / terms)));
}

/** 32 well-mixed bits of a row and a tree's seed. The upper and lower halves round the row's gradient and hessian. Source: `lowbias32` of C. Wellons. */
export function roundingBits(row: number, treeSeed: number): number {
  let bits = row ^ treeSeed;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
