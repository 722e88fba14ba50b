import { checkProfiles } from './check-profiles.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { alignBuckets, bucketCentres } from '../../profiles/value-buckets.js';
import { bucketsOf } from '../../profiles/numeric-profile.js';
import type { ColumnProfile } from '../../profiles/profile.js';

/** Where the two empirical distribution functions step: `gap[i]` = F_reference - F_current on [values[i], values[i + 1]). */
export interface DistributionGap {
  readonly values: readonly number[];
  readonly gap: readonly number[];
}

/** Null when one side has no value. MONITOR_STATISTIC_UNFIT for a category. Exact on values, at the edges of buckets beyond. */
export function distributionGap(reference: ColumnProfile, current: ColumnProfile, statistic: string): DistributionGap | null {
  checkProfiles('distributionGap', reference, current);
  if (reference.type !== 'numeric' || current.type !== 'numeric') {
    throw new PipelineError('MONITOR_STATISTIC_UNFIT', {
      what: `${statistic} of a ${reference.type} column`,
      expected: 'a numeric column',
    });
  }
  if (reference.count === 0 || current.count === 0) return null;
  const [r, c] = alignBuckets(bucketsOf(reference), bucketsOf(current));
  const [rValues, cValues] = [bucketCentres(r), bucketCentres(c)];
  const values: number[] = [];
  const gap: number[] = [];
  let [i, j, rBelow, cBelow] = [0, 0, 0, 0];
  while (i < rValues.length || j < cValues.length) {
    const at = Math.min(rValues[i] ?? Infinity, cValues[j] ?? Infinity);
    if (rValues[i] === at) rBelow += r.counts[i++] ?? 0;
    if (cValues[j] === at) cBelow += c.counts[j++] ?? 0;
    values.push(at);
    gap.push(rBelow / reference.count - cBelow / current.count);
  }
  return { values, gap };
}
