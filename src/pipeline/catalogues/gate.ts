export { betterThanChampion } from '../kinds/quality-gate.js';
