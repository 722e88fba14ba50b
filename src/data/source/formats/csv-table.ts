import { isDeepStrictEqual } from 'node:util';
import type { CsvOptions } from '../../../contracts/dataset.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { csvProblems } from './source-problems.js';
import { literal } from '../../../contracts/sql-text.js';
import { fileList } from '../../file-list.js';
import type { CsvDialect } from './scan-csv.js';
import { scanCsv } from './scan-csv.js';
import type { SourceGroup } from '../source-group.js';

/** Longest record, in bytes, that the engine reads without being told. */
const USUAL_RECORD = 2_000_000;

/**
 * CSV files, neighbours with one header together. Every column is text; an unquoted empty field is null. The dialect is the one that was
 * asked for: nothing is guessed from the rows. DATA_SOURCE_CORRUPT names every file without a header or with comments inside rows.
 */
export async function csvGroups(
  path: string,
  files: readonly string[],
  options: CsvOptions = {},
): Promise<readonly SourceGroup[]> {
  const dialect = dialectOf(path, options);
  const groups: (CsvFiles & { readonly files: string[] })[] = [];
  const corrupt: { file: string; reason: string }[] = [];
  for (const file of files) {
    const { header, rows, commentInRow, longest } = await scanCsv(file, dialect);
    if (header === null) corrupt.push({ file, reason: 'it has no header line' });
    else if (commentInRow !== null) {
      const reason = `row ${String(commentInRow)} has the comment character ${dialect.comment ?? ''} inside, outside quotes`;
      corrupt.push({ file, reason });
    } else {
      const last = groups.at(-1);
      const group =
        last !== undefined && isDeepStrictEqual(last.header, header) ? last : { header, files: [], rows: 0, longest: 0 };
      if (group !== last) groups.push(group);
      group.files.push(file);
      group.rows += rows;
      group.longest = Math.max(group.longest, longest);
    }
  }
  if (corrupt.length > 0) throw corruptFiles('csv', corrupt);
  return groups.map((group) => groupOf(group, dialect));
}

/** DATA_SOURCE_CORRUPT that names every file and what is wrong with it. */
export function corruptFiles(format: string, corrupt: readonly { file: string; reason: string }[]): PipelineError {
  return new PipelineError('DATA_SOURCE_CORRUPT', {
    what: corrupt.map(({ file, reason }) => `${file}: ${reason}`).join('; '),
    expected: `readable ${format}`,
    details: { files: corrupt.map(({ file }) => file) },
  });
}

interface CsvFiles {
  readonly header: readonly string[];
  readonly files: readonly string[];
  rows: number;
  longest: number;
}

function groupOf({ header, files, rows, longest }: CsvFiles, dialect: CsvDialect): SourceGroup {
  // Positions as names: headers may repeat a name, or differ in case alone, which the engine would rename without a word.
  const columns = header.map((_name, position) => `c${String(position)}`);
  const seen = new Set<string>();
  const repeated = new Set(header.filter((name) => seen.size === seen.add(name).size));
  const settings = [
    `columns = {${columns.map((name) => `${name}: 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = true, delim = ${literal(dialect.delimiter)}`,
    `quote = ${literal(dialect.quote)}, escape = ${literal(dialect.escape)}, comment = ${literal(dialect.comment ?? '')}`,
    `nullstr = '', allow_quoted_nulls = false, null_padding = false, ignore_errors = false, strict_mode = true`,
    ...(longest > USUAL_RECORD ? [`max_line_size = ${String(longest)}, buffer_size = ${String(2 * longest)}`] : []),
  ];
  return {
    files,
    relation: `read_csv(${fileList(files)}, ${settings.join(', ')})`,
    columns: new Map(
      header.flatMap((name, position) => (repeated.has(name) ? [] : [[name, { sql: columns[position] ?? '', type: 'VARCHAR' }]])),
    ),
    repeated,
    rows,
  };
}

function dialectOf(path: string, options: CsvOptions): CsvDialect {
  const problems = csvProblems(options);
  if (problems.length > 0) {
    throw new PipelineError('DATA_SOURCE_OPTION', {
      what: problems.map(({ option, message }) => `option ${option}: ${message}`).join('; '),
      where: path,
    });
  }
  const { delimiter = ',', quote = '"', comment = null } = options;
  return { delimiter, quote, escape: options.escape ?? quote, comment };
}
