import type { ColumnProfile } from '../../profiles/profile.js';
import { driftKind } from '../drift-kind.js';
import { driftBins } from './drift-bins.js';

/** Population stability index, >= 0; 0.1 is commonly read as a moderate shift, 0.25 as a large one. */
export const psi = driftKind('drift.psi', { name: 'psi', column: 'measurable', compute: populationStabilityIndex });

/**
 * Population Stability Index in nats: sum over bins of (c - r) ln(c / r). At least 0; 0 for equal shares; by custom above 0.1 a shift,
 * above 0.25 a large one. Shares are smoothed as (n + 1/2) / (N + k/2) for k bins (Jeffreys' prior), so empty bins stay finite and equal
 * profiles give exactly 0. Two samples of one population give about (k - 1)(1 / N_r + 1 / N_c) by chance: mind it for small windows.
 * Bins: see `driftBins`. Deterministic.
 */
export function populationStabilityIndex(reference: ColumnProfile, current: ColumnProfile): number {
  const bins = driftBins(reference, current);
  const r = smooth(bins.reference);
  const c = smooth(bins.current);
  return r.reduce((sum, share, index) => {
    const other = c[index] ?? share;
    return sum + (other - share) * Math.log(other / share);
  }, 0);
}

function smooth(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0) + counts.length / 2;
  return counts.map((n) => (n + 0.5) / total);
}
