/** Files that hold rows, for `p.ingest`. */
export { csv, parquet } from '../pipeline/kinds/sources.js';
