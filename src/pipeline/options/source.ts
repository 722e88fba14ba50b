import type { CsvOptions, SourceOptions } from '../../contracts/dataset.js';
import type { OptionReader } from '../lint/issues.js';
import type { Setting } from '../references/parameter-reference.js';
import { problemsOf } from './problems.js';

/** What holds rows: files, or a source that was added; becomes a `SourceSpec` in the plan. */
export type Source =
  | { readonly format: 'parquet'; readonly path: Setting<string>; readonly options?: SourceOptions }
  | { readonly format: 'csv'; readonly path: Setting<string>; readonly options?: CsvOptions }
  | { readonly format: string; readonly options: { readonly [name: string]: unknown } };

/** The source as the plan holds it; reports a name that no source has, and options that are missing, wrong or without meaning. */
export function readSource(source: Source, read: OptionReader): Source {
  for (const { option, message } of problemsOf(source, 'format')) read.at(option).report('source-option', message);
  return source;
}
