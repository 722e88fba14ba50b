/** What a model predicts, for `p.feature`. */
export { binary, regression } from '../pipeline/kinds/label.js';
