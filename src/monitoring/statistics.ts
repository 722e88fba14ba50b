import { createKindList } from '../kinds/kind-list.js';
import type { DriftKind } from './drift-kind.js';
import { jensenShannon } from './statistics/jensen-shannon.js';
import { ks } from './statistics/kolmogorov-smirnov.js';
import { psi } from './statistics/psi.js';
import { wasserstein } from './statistics/wasserstein.js';

/** Every drift statistic, by name. */
export const STATISTICS = createKindList<DriftKind>('drift statistic', 'statistic', [
  psi.kind,
  jensenShannon.kind,
  ks.kind,
  wasserstein.kind,
]);
