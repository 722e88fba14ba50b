/** Inputs of a model from columns, for `p.feature`. */
export { derive } from '../features/transforms/derive.js';
export { hourOf } from '../features/transforms/hour-of.js';
export { numeric } from '../features/transforms/numeric.js';
export { oneHot } from '../features/transforms/one-hot.js';
export { standardize } from '../features/transforms/standardize.js';
export { targetEncode } from '../features/transforms/target-encode.js';
export { weekdayOf } from '../features/transforms/weekday-of.js';
