import { checkProfiles } from './check-profiles.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { bucketCentres } from '../../profiles/value-buckets.js';
import type { CategoryProfile } from '../../profiles/category-profile.js';
import type { NumericProfile } from '../../profiles/numeric-profile.js';
import { bucketsOf, DECILE_PARTS } from '../../profiles/numeric-profile.js';
import type { ColumnProfile } from '../../profiles/profile.js';
import { bucketOfRank, rankOf } from '../../metrics/quantiles.js';

/** Rows by bin of two profiles; all arrays have one length, at least 1. */
export interface DriftBins {
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/**
 * Cuts both profiles into the reference's bins. Numeric: deciles of the reference (inverse of its empirical distribution, equal edges
 * merged), each bin including its upper edge, the outer two open. Categories: one bin each, and one for all that the reference does not
 * name. Nulls have a bin of their own when either side has any. MONITOR_PROFILE_MISMATCH when one is numeric and the other is not.
 */
export function driftBins(reference: ColumnProfile, current: ColumnProfile): DriftBins {
  checkProfiles('driftBins', reference, current);
  const values = valueBins(reference, current);
  if (reference.nulls === 0 && current.nulls === 0 && values.labels.length > 0) return values;
  return {
    labels: [...values.labels, 'null'],
    reference: [...values.reference, reference.nulls],
    current: [...values.current, current.nulls],
  };
}

function valueBins(reference: ColumnProfile, current: ColumnProfile): DriftBins {
  if (reference.type === 'numeric' && current.type === 'numeric' && reference.of === current.of)
    return numericBins(reference, current);
  if (reference.type === 'category' && current.type === 'category' && reference.of === current.of)
    return categoryBins(reference, current);
  throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
    what: 'the profiles describe a column in two ways',
    expected: `${reference.type} of ${reference.of}`,
    received: `${current.type} of ${current.of}`,
  });
}

function numericBins(reference: NumericProfile, current: NumericProfile): DriftBins {
  if (reference.count === 0 && current.count === 0) return { labels: [], reference: [], current: [] };
  const edges = decileEdges(reference);
  return {
    labels: [...edges, Infinity].map((edge, index) => labelOf(index === 0 ? -Infinity : (edges[index - 1] ?? 0), edge)),
    reference: countByEdges(reference, edges),
    current: countByEdges(current, edges),
  };
}

/** The deciles of a column, ascending, equal ones once: what its rows are cut at, and those of a window that is compared with it. */
export function decileEdges({ bucketShift, positions, counts, count, deciles }: NumericProfile): readonly number[] {
  if (deciles !== undefined) return deciles.at;
  const centres = bucketCentres({ shift: bucketShift, positions, counts });
  const parts = Array.from({ length: DECILE_PARTS - 1 }, (_, index) => index + 1);
  const edges = parts.flatMap((part) => {
    const bucket = bucketOfRank(counts, rankOf(count, part, DECILE_PARTS));
    return bucket === null ? [] : [centres[bucket] ?? 0];
  });
  return [...new Set(edges)];
}

function labelOf(low: number, high: number): string {
  const text = (value: number): string => String(Number(value.toPrecision(3)));
  if (high !== Infinity) return `≤ ${text(high)}`;
  return low === -Infinity ? 'all' : `> ${text(low)}`;
}

/** Exact where the profile has values, or counted its rows at these edges; at the middles of its buckets else. */
function countByEdges(profile: NumericProfile, edges: readonly number[]): number[] {
  const known = [profile.deciles, profile.cuts].find((parts) => parts?.at.join() === edges.join());
  if (known !== undefined && profile.bucketShift !== null) {
    return [...known.rows, profile.count].map((upTo, index) => upTo - (index === 0 ? 0 : (known.rows[index - 1] ?? 0)));
  }
  const values = bucketCentres(bucketsOf(profile));
  const sums = new Array<number>(edges.length + 1).fill(0);
  let bin = 0;
  profile.counts.forEach((count, index) => {
    while (bin < edges.length && (values[index] ?? 0) > (edges[bin] ?? Infinity)) bin += 1;
    sums[bin] = (sums[bin] ?? 0) + count;
  });
  return sums;
}

function categoryBins(reference: CategoryProfile, current: CategoryProfile): DriftBins {
  const counts = new Map(current.categories.map((category, index) => [category, current.counts[index] ?? 0]));
  const named = reference.categories.map((category) => counts.get(category) ?? 0);
  const elsewhere = current.count - named.reduce((sum, n) => sum + n, 0);
  if (reference.other === 0 && elsewhere === 0)
    return { labels: reference.categories, reference: reference.counts, current: named };
  return {
    labels: [...reference.categories, 'other'],
    reference: [...reference.counts, reference.other],
    current: [...named, elsewhere],
  };
}
