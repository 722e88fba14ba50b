export { hourOf, numeric, oneHot, standardize, targetEncode, weekdayOf } from '../pipeline/kinds/transforms.js';
