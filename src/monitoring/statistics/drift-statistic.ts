import type { DriftStatistic } from '../../contracts/stages/monitor.js';
import type { ColumnProfile } from '../../profiles/profile.js';
import { jensenShannonDistance } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { populationStabilityIndex } from './psi.js';
import { wassersteinDistance } from './wasserstein.js';

const STATISTICS: Record<DriftStatistic, (reference: ColumnProfile, current: ColumnProfile) => number | null> = {
  psi: populationStabilityIndex,
  jensen_shannon: jensenShannonDistance,
  ks: kolmogorovSmirnov,
  wasserstein: wassersteinDistance,
};

/**
 * Score of one column; larger is more drift, always finite. A column whose values have all vanished (or come to be) scores at least 1
 * by every statistic but psi, which measures it by its null bin; without values on both sides it scores 0.
 */
export function driftScore(statistic: DriftStatistic, reference: ColumnProfile, current: ColumnProfile): number {
  return STATISTICS[statistic](reference, current) ?? (reference.count === current.count ? 0 : 1);
}
