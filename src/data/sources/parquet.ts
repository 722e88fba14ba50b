import type { SourceOptions } from '../../contracts/dataset.js';
import { checkCall } from '../../errors/check-call.js';
import { anObject, optional } from '../../errors/kinds.js';
import { aTextSetting } from '../../pipeline/options/kinds.js';
import { withProblems } from '../../pipeline/options/problems.js';
import type { Source } from '../../pipeline/options/source.js';
import type { Setting } from '../../pipeline/references/parameter-reference.js';
import { problemsOfFiles, sourceProblems } from '../source/formats/source-problems.js';
import type { FileFormat } from '../source-kind.js';

const kind: FileFormat = {
  name: 'parquet',
  options: { properties: { infinities: { enum: ['missing'] } } },
  readsTexts: false,
  problems: sourceProblems,
  groups: async (db, _source, files) => {
    const { parquetGroups } = await import('../source/formats/parquet-table.js');
    return parquetGroups(db, files);
  },
};

/** Parquet files. `path` may be a glob; a relative path starts at the worker's working directory. */
function parquetFiles(path: Setting<string>, options?: SourceOptions): Source {
  checkCall('source.parquet', { path, options }, { path: aTextSetting, options: optional(anObject) });
  const source: Source = { format: 'parquet', path, ...(options === undefined ? {} : { options }) };
  return withProblems(source, () => problemsOfFiles(kind, options));
}

export const parquet = Object.assign(parquetFiles, { kind });
