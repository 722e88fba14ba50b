/** Statistics that compare live traffic with training rows, for `p.monitor`. */
export { jensenShannon, ks, psi, wasserstein } from '../pipeline/kinds/drift.js';
