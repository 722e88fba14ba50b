/** Of ascending values, linear between order statistics (type 7 of Hyndman and Fan 1996, the default of numpy); 0 of none. @param share - 0..1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below] ?? 0;
  return low + ((sorted[below + 1] ?? low) - low) * (at - below);
}

/** Of ascending values, the least one that at least that share of them does not exceed; 0 of none. @param share - above 0, up to 1. */
export function nearestRank(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}

/** Of ascending values: the middle one, or the mean of the two in the middle; 0 of none. */
export function median(sorted: ArrayLike<number>): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
