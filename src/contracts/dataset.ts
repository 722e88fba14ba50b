import type { ArtifactRef } from './artifact.js';
import type { JsonObject } from './json.js';

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

/**
 * Files that hold rows. `path` may be a glob; relative paths start at the worker's working directory.
 * `options` say what deviates from the format's rules; nothing of a format is guessed.
 */
export type FileSource =
  | { readonly format: 'parquet'; readonly path: string; readonly options?: SourceOptions }
  | { readonly format: 'csv'; readonly path: string; readonly options?: CsvOptions };

/** Files, or a source that was added, by its name and its options. */
export type SourceSpec = FileSource | { readonly format: string; readonly options: JsonObject };

/** What deviates from the rules of a source, whatever its format. */
export type SourceOptions = {
  /** `missing`: infinite values of float columns are missing. Default: the source is refused, with their number. */
  readonly infinities?: 'missing';
};

/** What deviates from RFC 4180 with a header line: comma, double quote doubled inside quotes, no comments, UTF-8. */
export type CsvOptions = SourceOptions & {
  /** One ASCII character; default `,`. */
  readonly delimiter?: string;
  /** One ASCII character; default `"`. */
  readonly quote?: string;
  /** The character before a quote inside quotes; default the quote itself. */
  readonly escape?: string;
  /** Lines that begin with this character are no rows; default: there are none. */
  readonly comment?: string;
  /** Texts that mean missing in every column, quoted or not, such as `NA`; beside the empty field, which always does. */
  readonly nullTexts?: readonly string[];
  /** Texts of true, exactly; default true, t, yes, y and 1 in any case. Given together with `falseTexts`. */
  readonly trueTexts?: readonly string[];
  /** Texts of false, exactly; default false, f, no, n and 0 in any case. */
  readonly falseTexts?: readonly string[];
  /** True: `1.0` is the integer 1. Default: it is refused in an integer column. */
  readonly wholeFloats?: boolean;
};
