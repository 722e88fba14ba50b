export { binary, regression } from '../options/label.js';
