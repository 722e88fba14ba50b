import { readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SourceSpec } from '../contracts/dataset.js';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';
import type { DuckDb } from './duckdb.js';
import { headline } from './engine-error.js';
import { fileList, literal } from './sql-text.js';

/** The files of a source and how SQL reads them. */
export interface OpenSource {
  readonly format: SourceSpec['format'];
  /** Absolute paths, in name order. */
  readonly files: readonly string[];
  /** Relation over all files. A CSV column is always text. */
  readonly relation: string;
  /** Each file's columns: name to physical type of DuckDB. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const CANDIDATES = 10;

/**
 * Finds the files of a source and reads the columns of each.
 * DATA_SOURCE_MISSING names what the nearest folder has instead; DATA_SOURCE_CORRUPT names every unreadable file.
 */
export async function openSource(db: DuckDb, source: SourceSpec): Promise<OpenSource> {
  const pattern = resolve(source.path);
  const found = await db.query(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`);
  const files = found.map((row) => String(row['file']));
  if (files.length === 0) throw await missingSource(source, pattern);

  const columns = new Map<string, ReadonlyMap<string, string>>();
  const corrupt: { file: string; reason: string }[] = [];
  for (const file of files) {
    try {
      const described = await db.query(
        `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${reader(source.format, [file])})`,
      );
      columns.set(file, new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])])));
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
      corrupt.push({ file, reason: error.parts.what });
    }
  }
  if (corrupt.length > 0) throw corruptSource(source, corrupt);
  return { format: source.format, files, relation: reader(source.format, files), columns };
}

/** Turns a failure while the rows of a source are read into DATA_SOURCE_CORRUPT; other codes pass. */
export async function readingSource<Result>(
  source: SourceSpec,
  files: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
    throw new PipelineError('DATA_SOURCE_CORRUPT', {
      what: `the source cannot be read: ${headline(error.parts.cause ?? error)}`,
      where: files.length === 1 ? (files[0] ?? source.path) : `one of ${String(files.length)} files of ${source.path}`,
      expected: `readable ${source.format}`,
      cause: error,
    });
  }
}

function reader(format: SourceSpec['format'], files: readonly string[]): string {
  if (format === 'parquet') return `read_parquet(${fileList(files)}, union_by_name = true)`;
  return `read_csv(${fileList(files)}, header = true, all_varchar = true, nullstr = '', union_by_name = true)`;
}

function corruptSource(source: SourceSpec, corrupt: readonly { file: string; reason: string }[]): PipelineError {
  return new PipelineError('DATA_SOURCE_CORRUPT', {
    what: corrupt.map(({ file, reason }) => `${file}: ${reason}`).join('; '),
    expected: `readable ${source.format}`,
    details: { files: corrupt.map(({ file }) => file) },
  });
}

async function missingSource(source: SourceSpec, pattern: string): Promise<PipelineError> {
  const { folder, names } = await nearestFolder(dirname(pattern));
  const listed = names.slice(0, CANDIDATES).join(', ');
  const more = names.length > CANDIDATES ? ` and ${String(names.length - CANDIDATES)} more` : '';
  return new PipelineError('DATA_SOURCE_MISSING', {
    what: `no file matches ${source.path}`,
    where: pattern,
    received: names.length === 0 ? `an empty folder ${folder}` : `in ${folder}: ${listed}${more}`,
    details: { path: pattern, folder, candidates: names.slice(0, CANDIDATES) },
  });
}

/** Entries of the deepest existing folder on a path. */
async function nearestFolder(path: string): Promise<{ folder: string; names: string[] }> {
  try {
    return { folder: path, names: (await readdir(path)).sort() };
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return nearestFolder(parent);
  }
}
