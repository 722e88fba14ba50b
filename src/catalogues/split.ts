/** Ways to keep rows for the test, for `p.feature`. */
export { byTime } from '../pipeline/kinds/split.js';
