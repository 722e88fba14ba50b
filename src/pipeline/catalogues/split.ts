export { byTime } from '../kinds/split.js';
