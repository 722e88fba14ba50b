/** Of ascending values, linear between order statistics (type 7 of Hyndman and Fan 1996, the default of numpy); 0 of none. @param share - 0..1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below] ?? 0;
  return low + ((sorted[below + 1] ?? low) - low) * (at - below);
}

/** How many of `count` values are at least `part` of `parts` equal parts of them: the rank, from 1, of the nearest-rank quantile. */
export const rankOf = (count: number, part: number, parts = 1): number => Math.ceil((count * part) / parts);

/** Of ascending values, the least one that at least `part` of `parts` of them do not exceed; 0 of none. @param part - above 0, up to `parts`. */
export function nearestRank(sorted: ArrayLike<number>, part: number, parts = 1): number {
  return sorted[rankOf(sorted.length, part, parts) - 1] ?? 0;
}

/** Of counts by ascending bucket: the index of the bucket that holds the value of a rank, from 1; null when there are fewer values. */
export function bucketOfRank(counts: ArrayLike<number>, rank: number): number | null {
  let below = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    below += counts[bucket] ?? 0;
    if (below >= rank) return bucket;
  }
  return null;
}

/** Of ascending values: the middle one, or the mean of the two in the middle; 0 of none. */
export function median(sorted: ArrayLike<number>): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
