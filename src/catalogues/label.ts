export { binary, regression } from '../pipeline/kinds/label.js';
