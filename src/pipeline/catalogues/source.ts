export { csv, parquet } from '../kinds/sources.js';
