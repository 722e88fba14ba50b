/** Quality gates, for `p.evaluate`. */
export { betterThanChampion } from '../pipeline/kinds/quality-gate.js';
