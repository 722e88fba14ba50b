/** Ways to keep rows for the test, for `p.feature`. */
export { byTime } from '../features/splits/by-time.js';
