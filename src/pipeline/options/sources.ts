import type { Setting } from '../parameter-reference.js';

/** Files that hold rows; becomes a `SourceSpec` in the plan. */
export interface Source {
  readonly format: 'parquet' | 'csv';
  readonly path: Setting<string>;
}

/** Parquet files. `path` may be a glob; a relative path starts at the worker's working directory. */
export function parquet(path: Setting<string>): Source {
  return Object.freeze({ format: 'parquet', path });
}

/** CSV files with a header line. `path` may be a glob; a relative path starts at the worker's working directory. */
export function csv(path: Setting<string>): Source {
  return Object.freeze({ format: 'csv', path });
}
