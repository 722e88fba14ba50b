export { between, freshness, inSet, notNull, rowCount, unique } from '../pipeline/kinds/checks.js';
