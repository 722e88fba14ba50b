import type { ColumnProfile } from '../../profiles/profile.js';
import { driftKind } from '../drift-kind.js';
import { distributionGap } from './distribution-gap.js';

/** Kolmogorov-Smirnov statistic: the greatest gap between two cumulative distributions, 0..1. Numbers only. */
export const ks = driftKind('drift.ks', { name: 'ks', column: 'number', compute: kolmogorovSmirnov });

/**
 * Two-sample Kolmogorov-Smirnov statistic D = max |F_reference - F_current|, 0..1 (`scipy.stats.ks_2samp(r, c).statistic`). The effect
 * size, not the p-value: that one only grows with the rows. Nulls are left out. Exact while
 * both profiles have at most 2,048 distinct values; beyond it may be too small, by at most the `rankError` of either profile. Null when one side has no value.
 */
export function kolmogorovSmirnov(reference: ColumnProfile, current: ColumnProfile): number | null {
  const steps = distributionGap(reference, current, 'ks');
  return steps === null ? null : steps.gap.reduce((most, gap) => Math.max(most, Math.abs(gap)), 0);
}
