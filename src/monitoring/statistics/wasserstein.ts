import type { ColumnProfile } from '../../profiles/profile.js';
import { driftKind } from '../drift-kind.js';
import { distributionGap } from './distribution-gap.js';

/** Wasserstein distance over the reference's standard deviation, >= 0. Numbers only. */
export const wasserstein = driftKind('drift.wasserstein', {
  name: 'wasserstein',
  column: 'number',
  compute: wassersteinDistance,
});

/** Least scale to divide by, so that a constant reference gives a finite distance. */
const MIN_SCALE = 1e-3;

/**
 * Wasserstein-1 distance, the integral of |F_reference - F_current|, in standard deviations of the reference: divided by
 * max(population standard deviation, 0.001) (`scipy.stats.wasserstein_distance(r, c) / max(numpy.std(r), 0.001)`). At least 0; 0.1 is a
 * common threshold. Nulls are left out. Null when one side has no value.
 */
export function wassersteinDistance(reference: ColumnProfile, current: ColumnProfile): number | null {
  const steps = distributionGap(reference, current, 'wasserstein');
  if (steps === null || reference.type !== 'numeric') return null;
  const area = steps.gap.reduce((sum, gap, index) => {
    const [here, next] = [steps.values[index], steps.values[index + 1]];
    return here === undefined || next === undefined ? sum : sum + Math.abs(gap) * (next - here);
  }, 0);
  return area / Math.max(Math.sqrt((reference.m2 ?? 0) / reference.count), MIN_SCALE);
}
