import { readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileSource } from '../../contracts/dataset.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { DuckDb } from '../duckdb.js';
import { headline } from '../engine-error.js';
import { identifier } from '../../contracts/sql-text.js';
import { formatOf } from './format-of.js';
import { checkRowCount } from './row-counts.js';
import { sourceFiles } from './source-files.js';
import type { SourceColumn, SourceGroup } from './source-group.js';

/** The files of a source and how SQL reads them. */
export interface OpenSource {
  readonly format: FileSource['format'];
  /** Absolute paths, in name order. */
  readonly files: readonly string[];
  readonly groups: readonly SourceGroup[];
}

const CANDIDATES = 10;

/**
 * Finds the files of a source and reads the columns of each.
 * DATA_SOURCE_MISSING names what the nearest folder has instead; DATA_SOURCE_CORRUPT names every unreadable file; DATA_SOURCE_OPTION.
 */
export async function openSource(db: DuckDb, source: FileSource): Promise<OpenSource> {
  const files = await sourceFiles(source.path);
  if (files.length === 0) throw await missingSource(source, resolve(source.path));
  const groups = await formatOf(source).groups(db, source, files);
  return { format: source.format, files, groups };
}

/** All rows of a source as one relation, columns by name; NaN is null, as it is at ingest. DATA_SOURCE_CORRUPT when a row cannot be read. */
export async function wholeRelation(db: DuckDb, source: FileSource): Promise<string> {
  const { files, groups } = await openSource(db, source);
  await readingSource(source, files, async () => {
    for (const group of groups) {
      if (group.rows === null) continue;
      const [counted] = await db.query(`SELECT count(*) AS rows FROM ${group.relation}`);
      checkRowCount(group, Number(counted?.['rows']));
    }
  });
  const named = groups.map(({ relation, columns }) => {
    const selected = [...columns].map(([name, column]) => `${withoutNaN(column)} AS ${identifier(name)}`);
    return `SELECT ${selected.join(', ')} FROM ${relation}`;
  });
  return `(${named.join(' UNION ALL BY NAME ')})`;
}

/** In SQL NaN is greater than every number: as a value it would pass for a very large one. */
function withoutNaN({ sql, type }: SourceColumn): string {
  if (type === 'FLOAT' || type === 'DOUBLE') return `nullif(${sql}, 'NaN'::${type})`;
  return type === 'VARCHAR' ? `CASE WHEN NOT regexp_full_match(${sql}, '(?i)\\s*[-+]?nan\\s*') THEN ${sql} END` : sql;
}

/** Turns a failure while the rows of a source are read into DATA_SOURCE_CORRUPT; other codes pass. */
export async function readingSource<Result>(
  source: FileSource,
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

async function missingSource(source: FileSource, pattern: string): Promise<PipelineError> {
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
