import type { ArtifactRef } from './artifact.js';

/** `timestamp` is UTC with millisecond resolution; on the wire an ISO-8601 string or integer milliseconds since 1970. */
export type ColumnType = 'timestamp' | 'float' | 'integer' | 'boolean' | 'category' | 'text';

export type ColumnSpec = {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** True for the one column that says when the row happened. */
  readonly eventTime?: boolean;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
};

export type SchemaSpec = { readonly name: string; readonly columns: readonly ColumnSpec[] };

export type DatasetMeta = {
  readonly schema: SchemaSpec;
  readonly schemaHash: string;
  readonly rows: number;
  /** Requested event-time window, ISO dates, `to` exclusive; null when the source was read whole. */
  readonly from: string | null;
  readonly to: string | null;
  readonly parts: readonly DatasetPart[];
};
export type DatasetPart = {
  readonly file: string;
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
};
export type DatasetRef = ArtifactRef<'dataset', DatasetMeta>;

/** Files that hold rows. `path` may be a glob; relative paths start at the worker's working directory. */
export type SourceSpec = { readonly format: 'parquet' | 'csv'; readonly path: string };
