export { byTime } from '../options/split.js';
