export { hourOf, numeric, oneHot, standardize, targetEncode, weekdayOf } from '../kinds/transforms.js';
