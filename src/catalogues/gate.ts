export { betterThanChampion } from '../pipeline/kinds/quality-gate.js';
