export { byTime } from '../pipeline/kinds/split.js';
