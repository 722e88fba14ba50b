export { betterThanChampion } from '../options/quality-gate.js';
