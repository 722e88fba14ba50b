import type { ColumnSpec, SchemaSpec, FileSource } from '../../../contracts/dataset.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import { someOf } from '../../../errors/some-of.js';
import { inBlocks } from '../../column-blocks.js';
import type { DuckDb } from '../../duckdb.js';
import type { OpenSource } from '../open-source.js';
import type { SourceColumn, SourceGroup } from '../source-group.js';
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

export type WrongColumn = { readonly column: string; readonly expected: string; readonly received: string };

/**
 * Matches a schema with the columns of every file. Extra columns of the source are left out. A column whose physical type does not fit
 * is missing values as long as it has none. DATA_COLUMN_MISSING and DATA_COLUMN_TYPE name all wrong columns at once.
 */
export async function planCasts(
  db: DuckDb,
  source: FileSource,
  open: OpenSource,
  schema: SchemaSpec,
): Promise<readonly PlannedGroup[]> {
  const missing: { file: string; column: string }[] = [];
  const wrong: WrongColumn[] = [];
  const planned: PlannedGroup[] = [];
  for (const group of open.groups) {
    const unfit = schema.columns.flatMap((column) => {
      const found = group.columns.get(column.name);
      return found !== undefined && valueCast(column, found, source) === null ? [found] : [];
    });
    const filled = await columnsWithValues(db, group, unfit);
    const casts: ColumnCast[] = [];
    for (const column of schema.columns) {
      const found = group.columns.get(column.name);
      if (group.repeated.has(column.name)) {
        wrong.push({ column: column.name, expected: 'one column of that name', received: 'several' });
      } else if (found === undefined) {
        for (const file of group.files) missing.push({ file, column: column.name });
      } else if (filled.has(found.sql)) {
        wrong.push({ column: column.name, expected: ACCEPTED[column.type], received: found.type });
      } else {
        casts.push({ column, from: found.sql, ...(valueCast(column, found, source) ?? missingValues(column)) });
      }
    }
    planned.push({ group, casts });
  }
  if (missing.length > 0) throw missingColumns(source, open, missing);
  if (wrong.length > 0) throw wrongColumns(source, wrong);
  return planned;
}

/** The columns, in SQL, that have a value in any row. */
async function columnsWithValues(
  db: DuckDb,
  { relation }: SourceGroup,
  columns: readonly SourceColumn[],
): Promise<ReadonlySet<string>> {
  const filled = new Set<string>();
  for (const block of inBlocks(columns)) {
    const counts = block.map(({ sql }, position) => `count(${sql}) AS n${String(position)}`);
    const [row] = await db.query(`SELECT ${counts.join(', ')} FROM ${relation}`);
    for (const [position, { sql }] of block.entries()) if (row?.[`n${String(position)}`] !== 0) filled.add(sql);
  }
  return filled;
}

function missingColumns(
  source: FileSource,
  { groups }: OpenSource,
  missing: readonly { file: string; column: string }[],
): PipelineError {
  const names = [...new Set(missing.map(({ column }) => column))];
  const [first] = missing;
  const has = groups.find(({ files }) => first !== undefined && files.includes(first.file))?.columns.keys() ?? [];
  return new PipelineError('DATA_COLUMN_MISSING', {
    what: `${names.length === 1 ? 'column' : 'columns'} ${someOf(names.map((name) => `"${name}"`))} missing`,
    where: first?.file ?? source.path,
    received: `the columns ${someOf([...has])}`,
    details: { missing },
  });
}

/** DATA_COLUMN_TYPE that says of each column what it should have and what it has. */
export function wrongColumns(source: FileSource, wrong: readonly WrongColumn[]): PipelineError {
  const unique = [...new Map(wrong.map((problem) => [`${problem.column}\n${problem.received}`, problem])).values()];
  const problems = unique.map(({ column, expected, received }) => `column "${column}": expected ${expected}, got ${received}`);
  return new PipelineError('DATA_COLUMN_TYPE', {
    what: someOf(problems, '; '),
    where: source.path,
    details: { columns: unique },
  });
}
