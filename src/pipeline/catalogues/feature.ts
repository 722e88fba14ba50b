export { hourOf, numeric, oneHot, standardize, targetEncode, weekdayOf } from '../options/transforms.js';
