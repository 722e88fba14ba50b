export { jensenShannon, ks, psi, wasserstein } from '../pipeline/kinds/drift.js';
