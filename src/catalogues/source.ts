export { csv, parquet } from '../pipeline/kinds/sources.js';
