export { between, freshness, inSet, notNull, rowCount, unique } from '../kinds/checks.js';
