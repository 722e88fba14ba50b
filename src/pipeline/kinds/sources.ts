import { checkCall } from '../../errors/check-call.js';
import { anObject, optional } from '../../errors/kinds.js';
import { aTextSetting } from '../options/kinds.js';
import type { CsvOptions, SourceOptions } from '../../contracts/dataset.js';
import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../parameter-reference.js';
import { csvProblems, sourceProblems } from './source-problems.js';

/** Files that hold rows; becomes a `SourceSpec` in the plan. */
export type Source =
  | { readonly format: 'parquet'; readonly path: Setting<string>; readonly options?: SourceOptions }
  | { readonly format: 'csv'; readonly path: Setting<string>; readonly options?: CsvOptions };

/** Parquet files. `path` may be a glob; a relative path starts at the worker's working directory. */
export function parquet(path: Setting<string>, options?: SourceOptions): Source {
  checkCall('source.parquet', { path, options }, { path: aTextSetting, options: optional(anObject) });
  return Object.freeze({ format: 'parquet', path, ...(options === undefined ? {} : { options }) });
}

/**
 * CSV files after RFC 4180 with a header line, in UTF-8: comma, double quotes, no comments. What deviates is said in `options`; nothing
 * is guessed from the rows. An empty field is missing, the quoted empty text in a column of texts is not. `path` may be a glob; a
 * relative path starts at the worker's working directory.
 */
export function csv(path: Setting<string>, options?: CsvOptions): Source {
  checkCall('source.csv', { path, options }, { path: aTextSetting, options: optional(anObject) });
  return Object.freeze({ format: 'csv', path, ...(options === undefined ? {} : { options }) });
}

/** The source as the plan holds it; reports options that have no meaning. */
export function readSource(source: Source, read: OptionReader): Source {
  const problems = source.format === 'csv' ? csvProblems(source.options) : sourceProblems(source.options);
  for (const { option, message } of problems) read.at('options').at(option).report('source-option', message);
  return source;
}
