import { bucketSorted } from './value-buckets.js';
import { nearestRank } from '../metrics/quantiles.js';
import type { NumericProfile, RowsUpTo } from './numeric-profile.js';
import { DECILE_PARTS } from './numeric-profile.js';

/** Profile of numbers that are in memory already; the same as of a column of them. NaN and infinities count as nulls. */
export function profileValues(values: Float64Array): NumericProfile {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const m2 = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const buckets = bucketSorted(sorted);
  const moments =
    count === 0 ? { min: null, max: null, mean: null, m2: null } : { min: sorted[0] ?? 0, max: sorted[count - 1] ?? 0, mean, m2 };
  return {
    type: 'numeric',
    of: 'value',
    count,
    nulls: values.length - count,
    ...moments,
    bucketShift: buckets.shift,
    positions: buckets.positions,
    counts: buckets.counts,
    ...(buckets.shift === null ? {} : { deciles: decilesOf(sorted) }),
  };
}

function decilesOf(sorted: Float64Array): RowsUpTo {
  const found: { readonly at: number[]; readonly rows: number[] } = { at: [], rows: [] };
  for (let part = 1; part < DECILE_PARTS; part += 1) {
    const value = nearestRank(sorted, part, DECILE_PARTS) + 0;
    if (found.at.at(-1) === value) continue;
    found.at.push(value);
    found.rows.push(rowsUpTo(sorted, value));
  }
  return found;
}

/** By halves: how many of ascending numbers are not above a value. */
function rowsUpTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
