/** Statistics that compare live traffic with training rows, for `p.monitor`. */
export { jensenShannon } from '../monitoring/statistics/jensen-shannon.js';
export { ks } from '../monitoring/statistics/kolmogorov-smirnov.js';
export { psi } from '../monitoring/statistics/psi.js';
export { wasserstein } from '../monitoring/statistics/wasserstein.js';
