/** Files that hold rows, for `p.ingest`. */
export { csv } from '../data/sources/csv.js';
export { parquet } from '../data/sources/parquet.js';
