import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileSource, SourceSpec } from '../../contracts/dataset.js';
import { isPlainObject } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { checkRunOptions } from '../../kinds/check-options.js';
import { SOURCES } from '../sources.js';
import type { LoadedSource, SourceRequest, SourceRow } from '../source-kind.js';

/** Where the files of a source that was added go, and what it is told. */
export type Loading = Pick<SourceRequest, 'window' | 'columns' | 'folder' | 'signal'>;

/** The one file of a source that gives rows. */
export const ROWS_FILE = 'rows.csv';

/**
 * The files of a source: those that it names, or those that a source which was added has written. Rows become one CSV file.
 * @throws PipelineError `EXTENSION_UNKNOWN`, `EXTENSION_OPTIONS_INVALID`, `EXTENSION_RESULT_INVALID`, and what `load` throws.
 */
export async function materialize(source: SourceSpec, loading: Loading): Promise<FileSource> {
  if (isFileSource(source)) return source;
  const kind = SOURCES.named(source.format) as LoadedSource;
  checkRunOptions(`source ${kind.name}`, kind, source.options);
  await mkdir(loading.folder, { recursive: true });
  const result: unknown = kind.load({ ...loading, options: source.options });
  if (isRows(result)) {
    const path = join(loading.folder, ROWS_FILE);
    await pipeline(Readable.from(csvLines(result, loading.columns, kind.name)), createWriteStream(path), {
      signal: loading.signal,
    });
    // Without rows nobody knows the columns of labels: there is no file yet.
    if ((await stat(path)).size === 0) await rm(path);
    return { format: 'csv', path };
  }
  const written: unknown = await result;
  loading.signal.throwIfAborted();
  const format = isPlainObject(written) ? written['format'] : undefined;
  if (format !== 'csv' && format !== 'parquet') {
    throw new PipelineError('EXTENSION_RESULT_INVALID', {
      what: `\`load\` of the source "${kind.name}" gave neither rows nor the format of its files`,
      expected: "an async iterable of rows, or { format: 'csv' | 'parquet' }",
      received: written === undefined ? 'nothing' : JSON.stringify(written),
    });
  }
  return { ...(written as FileSource), path: join(loading.folder, '*') };
}

export const isFileSource = (source: SourceSpec): source is FileSource => 'path' in source;

const isRows = (result: unknown): result is AsyncIterable<SourceRow> =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

/** The columns are those of the schema, or those of the first row. */
async function* csvLines(rows: AsyncIterable<SourceRow>, columns: readonly string[], kind: string): AsyncGenerator<string> {
  let count = 0;
  let header = columns.length === 0 ? null : columns;
  if (header !== null) yield lineOf(header);
  for await (const row of rows as AsyncIterable<unknown>) {
    count++;
    if (!isPlainObject(row)) {
      throw wrongRow(
        kind,
        count,
        row === null ? 'is null' : `is ${Array.isArray(row) ? 'an array' : `of type ${typeof row}`}`,
        'an object',
      );
    }
    if (header === null) {
      header = Object.keys(row);
      yield lineOf(header);
    }
    const fields = header.map((column) => {
      const value = row[column];
      const text = textOf(value);
      if (text !== undefined) return text;
      const found =
        value instanceof Date ? 'an invalid Date' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
      throw wrongRow(kind, count, `has ${found} in column "${column}"`, 'a text, a number, true, false, a valid Date or null');
    });
    yield lineOf(fields);
  }
}

/** A missing value is an empty field; an empty text is a quoted one. */
const lineOf = (fields: readonly (string | null)[]): string =>
  `${fields.map((field) => (field === null ? '' : `"${field.split('"').join('""')}"`)).join(',')}\n`;

/** Undefined: it cannot be a value. */
function textOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}

const wrongRow = (kind: string, row: number, what: string, expected: string): PipelineError =>
  new PipelineError('EXTENSION_RESULT_INVALID', { what: `row ${row} of the source "${kind}" ${what}`, expected });
