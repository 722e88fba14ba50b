import type { DriftRule } from '../contracts/stages/monitor.js';
import type { ColumnProfile } from '../profiles/profile.js';
import { STATISTICS } from './statistics.js';

/**
 * Score of one column by a rule; larger is more drift, always finite. A column whose values have all vanished (or come to be) scores at least 1
 * by every statistic but psi, which measures it by its null bin; without values on both sides it scores 0. EXTENSION_UNKNOWN.
 */
export function driftScore({ statistic, options = {} }: DriftRule, reference: ColumnProfile, current: ColumnProfile): number {
  const score = STATISTICS.named(statistic).compute(reference, current, options);
  return score ?? (reference.count === current.count ? 0 : 1);
}
