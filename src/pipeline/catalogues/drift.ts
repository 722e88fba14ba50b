export { jensenShannon, ks, psi, wasserstein } from '../kinds/drift.js';
