/** Expectations about a data set, for `p.validate`. */
export { between } from '../validation/checks/between.js';
export { freshness } from '../validation/checks/freshness.js';
export { inSet } from '../validation/checks/in-set.js';
export { notNull } from '../validation/checks/not-null.js';
export { rowCount } from '../validation/checks/row-count.js';
export { unique } from '../validation/checks/unique.js';
