import type { CsvOptions } from '../../contracts/dataset.js';
import { checkCall } from '../../errors/check-call.js';
import { anObject, optional } from '../../errors/kinds.js';
import { aTextSetting } from '../../pipeline/options/kinds.js';
import { withProblems } from '../../pipeline/options/problems.js';
import type { Source } from '../../pipeline/options/source.js';
import type { Setting } from '../../pipeline/references/parameter-reference.js';
import { problemsOfFiles, csvProblems } from '../source/formats/source-problems.js';
import type { FileFormat } from '../source-kind.js';

const aCharacter = { type: 'string', minLength: 1, maxLength: 1 } as const;
const someTexts = { type: 'array', items: { type: 'string' }, minItems: 1 } as const;

const kind: FileFormat = {
  name: 'csv',
  options: {
    properties: {
      infinities: { enum: ['missing'] },
      delimiter: aCharacter,
      quote: aCharacter,
      escape: aCharacter,
      comment: aCharacter,
      nullTexts: someTexts,
      trueTexts: someTexts,
      falseTexts: someTexts,
      wholeFloats: { type: 'boolean' },
    },
  },
  readsTexts: true,
  problems: csvProblems,
  groups: async (_db, { path, options }, files) => {
    const { csvGroups } = await import('../source/formats/csv-table.js');
    return csvGroups(path, files, options);
  },
};

/**
 * CSV files after RFC 4180 with a header line, in UTF-8: comma, double quotes, no comments. What deviates is said in `options`; nothing
 * is guessed from the rows. An empty field is missing, the quoted empty text in a column of texts is not. `path` may be a glob; a
 * relative path starts at the worker's working directory.
 */
function csvFiles(path: Setting<string>, options?: CsvOptions): Source {
  checkCall('source.csv', { path, options }, { path: aTextSetting, options: optional(anObject) });
  const source: Source = { format: 'csv', path, ...(options === undefined ? {} : { options }) };
  return withProblems(source, () => problemsOfFiles(kind, options));
}

export const csv = Object.assign(csvFiles, { kind });
