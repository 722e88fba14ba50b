import { readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SourceSpec } from '../../contracts/dataset.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { DuckDb } from '../duckdb.js';
import { headline } from '../engine-error.js';
import { identifier } from '../../contracts/sql-text.js';
import { fileList } from '../file-list.js';
import { corruptFiles, csvGroups } from './csv-table.js';
import { checkRowCount } from './row-counts.js';
import { sourceFiles } from './source-files.js';
import type { SourceColumn, SourceGroup } from './source-group.js';

/** The files of a source and how SQL reads them. */
export interface OpenSource {
  readonly format: SourceSpec['format'];
  /** Absolute paths, in name order. */
  readonly files: readonly string[];
  readonly groups: readonly SourceGroup[];
}

const CANDIDATES = 10;

/**
 * Finds the files of a source and reads the columns of each.
 * DATA_SOURCE_MISSING names what the nearest folder has instead; DATA_SOURCE_CORRUPT names every unreadable file; DATA_SOURCE_OPTION.
 */
export async function openSource(db: DuckDb, source: SourceSpec): Promise<OpenSource> {
  const files = await sourceFiles(source.path);
  if (files.length === 0) throw await missingSource(source, resolve(source.path));
  const groups = source.format === 'csv' ? await csvGroups(source.path, files, source.options) : await parquetGroups(db, files);
  return { format: source.format, files, groups };
}

/** All rows of a source as one relation, columns by name; NaN is null, as it is at ingest. DATA_SOURCE_CORRUPT when a row cannot be read. */
export async function wholeRelation(db: DuckDb, source: SourceSpec): Promise<string> {
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

async function parquetGroups(db: DuckDb, files: readonly string[]): Promise<readonly SourceGroup[]> {
  const groups: { readonly columns: ReadonlyMap<string, SourceColumn>; readonly files: string[] }[] = [];
  const corrupt: { file: string; reason: string }[] = [];
  for (const file of files) {
    try {
      const columns = await parquetColumns(db, file);
      const last = groups.at(-1);
      if (last !== undefined && isDeepStrictEqual(last.columns, columns)) last.files.push(file);
      else groups.push({ columns, files: [file] });
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
      corrupt.push({ file, reason: error.parts.what });
    }
  }
  if (corrupt.length > 0) throw corruptFiles('parquet', corrupt);
  return groups.map((group) => ({ ...group, relation: parquetFiles(group.files), repeated: new Set<string>(), rows: null }));
}

async function parquetColumns(db: DuckDb, file: string): Promise<ReadonlyMap<string, SourceColumn>> {
  const described = await db.query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${parquetFiles([file])})`);
  return new Map(
    described.map((row) => {
      const name = String(row['column_name']);
      return [name, { sql: identifier(name), type: String(row['column_type']) }];
    }),
  );
}

function parquetFiles(files: readonly string[]): string {
  return `read_parquet(${fileList(files)}, union_by_name = true)`;
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
