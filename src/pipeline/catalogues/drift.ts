export { jensenShannon, ks, psi, wasserstein } from '../options/drift.js';
