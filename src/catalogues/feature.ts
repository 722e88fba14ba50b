/** Inputs of a model from columns, for `p.feature`. */
export { hourOf, numeric, oneHot, standardize, targetEncode, weekdayOf } from '../pipeline/kinds/transforms.js';
