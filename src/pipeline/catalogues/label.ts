export { binary, regression } from '../kinds/label.js';
