import type { ColumnProfile } from '../../profiles/profile.js';
import { driftKind } from '../drift-kind.js';
import { driftBins } from './drift-bins.js';

/** Jensen-Shannon distance, 0..1. */
export const jensenShannon = driftKind('drift.jensenShannon', {
  name: 'jensen_shannon',
  column: 'measurable',
  compute: jensenShannonDistance,
});

/**
 * Jensen-Shannon distance with base 2: the square root of the divergence, 0 for equal shares, 1 for disjoint ones, symmetric on given
 * bins (Endres and Schindelin 2003; `scipy.spatial.distance.jensenshannon(r, c, base=2)`). Not smoothed. Bins: see `driftBins`. 1 when
 * just one side has rows. Deterministic.
 */
export function jensenShannonDistance(reference: ColumnProfile, current: ColumnProfile): number {
  const bins = driftBins(reference, current);
  return distanceOfShares(bins.reference, bins.current);
}

/** The same on counts of given bins. */
export function distanceOfShares(reference: readonly number[], current: readonly number[]): number {
  const [rows, others] = [sum(reference), sum(current)];
  if (rows === 0 || others === 0) return rows === others ? 0 : 1;
  const divergence = reference.reduce((total, n, index) => {
    const [r, c] = [n / rows, (current[index] ?? 0) / others];
    const middle = (r + c) / 2;
    return total + (entropyTerm(r, middle) + entropyTerm(c, middle)) / 2;
  }, 0);
  return Math.sqrt(Math.min(Math.max(divergence, 0), 1));
}

const entropyTerm = (share: number, middle: number): number => (share === 0 ? 0 : share * Math.log2(share / middle));

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);
