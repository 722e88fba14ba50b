import { PipelineError } from '../../errors/pipeline-error.js';
import type { SourceGroup } from './source-group.js';

/**
 * Compares the rows of some files that were read with those that they have by a second count. Formats that count their own rows pass.
 * DATA_SOURCE_CORRUPT when the counts differ.
 */
export function checkRowCount({ files, rows }: Pick<SourceGroup, 'files' | 'rows'>, read: number): void {
  if (rows === null || rows === read) return;
  const [first = ''] = files;
  throw new PipelineError('DATA_SOURCE_CORRUPT', {
    what: `${String(rows)} rows are there and ${String(read)} can be read`,
    where: files.length === 1 ? first : `${String(files.length)} files from ${first} on`,
    expected: 'each row to be read once',
    cure: 'Say the delimiter, quote, escape and comment characters of the file in the options of `source.csv`.',
  });
}
