export { csv, parquet } from '../options/sources.js';
