import type { ColumnSpec, FileSource } from '../../../contracts/dataset.js';
import { inBlocks } from '../../column-blocks.js';
import type { DuckDb } from '../../duckdb.js';
import type { ColumnCast, PlannedGroup } from './column-casts.js';
import { wrongColumns } from './column-casts.js';
import { ACCEPTED, failsSql } from './value-cast.js';

/** Where the values of a group are checked. */
export interface CheckScope {
  readonly relation: string;
  /** Rows of `relation` that are read and counted. */
  readonly read: string;
  /** Those of them whose values count. */
  readonly checked: string;
  /** Those of them that become rows of the dataset. */
  readonly kept: string;
  /** `relation` has the rows of one CSV file, all of them and in their order. */
  readonly isOneFile: boolean;
}

export interface CheckedRows {
  /** Rows that were read. */
  readonly rows: number;
  readonly kept: number;
}

type Failures = Map<string, { readonly column: ColumnSpec; count: number; readonly example: string }>;

/**
 * Counts the values that their casts cannot read; DATA_COLUMN_TYPE names every column that has some, with an example.
 * @returns the rows of each group, in the order of `planned`.
 */
export async function checkCasts(
  db: DuckDb,
  source: FileSource,
  planned: readonly PlannedGroup[],
  scopeOf: (planned: PlannedGroup) => CheckScope,
): Promise<readonly CheckedRows[]> {
  const failures: Failures = new Map();
  const counted: CheckedRows[] = [];
  for (const part of planned) {
    const scope = scopeOf(part);
    const fallible = part.casts.filter(({ fails }) => fails !== null);
    let rows: CheckedRows | null = null;
    for (const block of fallible.length === 0 ? [[]] : inBlocks(fallible)) rows = await checkBlock(db, scope, block, failures);
    counted.push(rows ?? { rows: 0, kept: 0 });
  }
  const wrong = [...failures.values()].map(({ column, count, example }) => ({
    column: column.name,
    expected: ACCEPTED[column.type],
    received: `${String(count)} other values such as ${example}`,
  }));
  if (wrong.length > 0) throw wrongColumns(source, wrong);
  return counted;
}

async function checkBlock(db: DuckDb, scope: CheckScope, casts: readonly ColumnCast[], failures: Failures): Promise<CheckedRows> {
  const { relation, read, checked, kept } = scope;
  const each = (sql: (position: string, cast: ColumnCast) => string): string =>
    casts.map((cast, position) => `, ${sql(String(position), cast)}`).join('');
  const fields = `SELECT ${checked} AS checked, ${kept} AS kept${each((n, { field }) => `${field} AS f${n}`)} FROM ${relation} WHERE ${read}`;
  const reads = `SELECT checked, kept${each((n, { read }) => `f${n}, ${read(`f${n}`)} AS r${n}`)} FROM (${fields})`;
  // Not `FILTER (WHERE ...)`: for each of these the engine would copy the columns of all.
  const counts = each((n, { fails }) => `count_if(checked AND ${fails?.(`f${n}`, `r${n}`) ?? 'false'}) AS n${n}`);
  const [row] = await db.query(`SELECT count(*) AS rows, count_if(kept) AS kept${counts} FROM (${reads})`);
  for (const [position, cast] of casts.entries()) {
    const count = Number(row?.[`n${String(position)}`] ?? 0);
    if (count === 0) continue;
    const { column } = cast;
    const known = failures.get(column.name);
    const example = known?.example ?? (await exampleOf(db, scope, cast));
    failures.set(column.name, { column, count: (known?.count ?? 0) + count, example });
  }
  return { rows: Number(row?.['rows']), kept: Number(row?.['kept']) };
}

/** The least of the values, in quotes, and its row where rows have numbers. */
async function exampleOf(db: DuckDb, { relation, checked, isOneFile }: CheckScope, cast: ColumnCast): Promise<string> {
  const wrong = (rows: string): string =>
    `SELECT min(${cast.from}::VARCHAR) AS example${isOneFile ? `, arg_min(file_row, ${cast.from}::VARCHAR) AS file_row` : ''} ` +
    `FROM ${rows} WHERE ${checked} AND ${failsSql(cast) ?? 'false'}`;
  const [row] = isOneFile
    ? await db.exactOrder(() => db.query(wrong(`(SELECT *, row_number() OVER () AS file_row FROM ${relation})`)))
    : await db.query(wrong(relation));
  return `"${String(row?.['example'] ?? '')}"${isOneFile ? ` in row ${String(row?.['file_row'])}` : ''}`;
}
