/** Files that hold rows, for `p.ingest`. */
export { csv, parquet } from '../data/sources.js';
