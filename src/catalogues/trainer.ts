/** Ways to fit a model, for `p.train`. */
export { gbdt } from '../training/trainers.js';
