export { between, freshness, inSet, notNull, rowCount, unique } from '../options/checks.js';
