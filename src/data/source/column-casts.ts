import type { ColumnSpec, SchemaSpec, SourceSpec } from '../../contracts/dataset.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { DuckDb } from '../duckdb.js';
import type { OpenSource } from './open-source.js';
import type { SourceColumn, SourceGroup } from './source-group.js';
import type { ValueCast } from './value-cast.js';
import { ACCEPTED, missingValues, valueCast } from './value-cast.js';

/** How one column of a group of files becomes a column of a dataset. */
export interface ColumnCast extends ValueCast {
  readonly column: ColumnSpec;
  /** The column that it reads, in SQL. */
  readonly from: string;
}

/** A group of files with a cast for every column of the schema, in the schema's order. */
export interface PlannedGroup {
  readonly group: SourceGroup;
  readonly casts: readonly ColumnCast[];
}

type WrongColumn = { readonly column: string; readonly expected: string; readonly received: string };

/**
 * Matches a schema with the columns of every file. Extra columns of the source are left out. A column whose physical type does not fit
 * is missing values as long as it has none. DATA_COLUMN_MISSING and DATA_COLUMN_TYPE name all wrong columns at once.
 */
export async function planCasts(
  db: DuckDb,
  source: SourceSpec,
  open: OpenSource,
  schema: SchemaSpec,
): Promise<readonly PlannedGroup[]> {
  const missing: { file: string; column: string; has: string }[] = [];
  const wrong: WrongColumn[] = [];
  const planned: PlannedGroup[] = [];
  for (const group of open.groups) {
    const casts: ColumnCast[] = [];
    for (const column of schema.columns) {
      const found = group.columns.get(column.name);
      if (group.repeated.has(column.name)) {
        wrong.push({ column: column.name, expected: 'one column of that name', received: 'several' });
      } else if (found === undefined) {
        for (const file of group.files) missing.push({ file, column: column.name, has: [...group.columns.keys()].join(', ') });
      } else {
        const cast = valueCast(column, found, source);
        if (cast === null && (await hasValues(db, group, found)))
          wrong.push({ column: column.name, expected: ACCEPTED[column.type], received: found.type });
        else casts.push({ column, from: found.sql, ...(cast ?? missingValues(column)) });
      }
    }
    planned.push({ group, casts });
  }
  if (missing.length > 0) throw missingColumns(source, missing);
  if (wrong.length > 0) throw wrongColumns(source, wrong);
  return planned;
}

/** Where the values of a group are checked. */
export interface CheckScope {
  readonly relation: string;
  /** Rows of `relation` whose values count. */
  readonly checked: string;
  /** Rows of `relation` that become rows of the dataset. */
  readonly kept: string;
}

export interface CheckedRows {
  /** Rows of the scope's relation. */
  readonly rows: number;
  readonly kept: number;
}

/**
 * Counts the values that their casts cannot read; DATA_COLUMN_TYPE names every column that has some, with an example.
 * @returns the rows of each group, in the order of `planned`.
 */
export async function checkCasts(
  db: DuckDb,
  source: SourceSpec,
  planned: readonly PlannedGroup[],
  scopeOf: (planned: PlannedGroup) => CheckScope,
): Promise<readonly CheckedRows[]> {
  const failures = new Map<string, { readonly column: ColumnSpec; count: number; readonly example: string }>();
  const counted: CheckedRows[] = [];
  for (const part of planned) {
    const { relation, checked, kept } = scopeOf(part);
    const fallible = part.casts.flatMap(({ column, from, fails }) => (fails === null ? [] : [{ column, from, fails }]));
    const aggregates = fallible.flatMap(({ from, fails }, position) => [
      `count(*) FILTER (WHERE ${checked} AND ${fails}) AS n${String(position)}`,
      `min(${from}::VARCHAR) FILTER (WHERE ${checked} AND ${fails}) AS v${String(position)}`,
    ]);
    const counts = ['count(*) AS rows', `count(*) FILTER (WHERE ${kept}) AS kept`];
    const [row] = await db.query(`SELECT ${[...counts, ...aggregates].join(', ')} FROM ${relation}`);
    counted.push({ rows: Number(row?.['rows']), kept: Number(row?.['kept']) });
    for (const [position, { column }] of fallible.entries()) {
      const count = Number(row?.[`n${String(position)}`] ?? 0);
      if (count === 0) continue;
      const known = failures.get(column.name) ?? { column, count: 0, example: String(row?.[`v${String(position)}`] ?? '') };
      failures.set(column.name, { ...known, count: known.count + count });
    }
  }
  const wrong = [...failures.values()].map(({ column, count, example }) => ({
    column: column.name,
    expected: ACCEPTED[column.type],
    received: `${String(count)} other values such as "${example}"`,
  }));
  if (wrong.length > 0) throw wrongColumns(source, wrong);
  return counted;
}

async function hasValues(db: DuckDb, { relation }: SourceGroup, { sql }: SourceColumn): Promise<boolean> {
  const [row] = await db.query(`SELECT count(${sql}) AS present FROM ${relation}`);
  return row?.['present'] !== 0;
}

function missingColumns(source: SourceSpec, missing: readonly { file: string; column: string; has: string }[]): PipelineError {
  const names = [...new Set(missing.map(({ column }) => column))];
  const [first] = missing;
  return new PipelineError('DATA_COLUMN_MISSING', {
    what: `${names.length === 1 ? 'column' : 'columns'} ${names.map((name) => `"${name}"`).join(', ')} missing`,
    where: first?.file ?? source.path,
    received: `the columns ${first?.has ?? 'none'}`,
    details: { missing: missing.map(({ file, column }) => ({ file, column })) },
  });
}

function wrongColumns(source: SourceSpec, wrong: readonly WrongColumn[]): PipelineError {
  const unique = [...new Map(wrong.map((problem) => [`${problem.column}\n${problem.received}`, problem])).values()];
  return new PipelineError('DATA_COLUMN_TYPE', {
    what: unique.map(({ column, expected, received }) => `column "${column}": expected ${expected}, got ${received}`).join('; '),
    where: source.path,
    details: { columns: unique },
  });
}
