/** Ways to fit a model, for `p.train`. */
export { gbdt } from '../pipeline/kinds/trainers.js';
