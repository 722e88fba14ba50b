import { identifier } from '../contracts/sql-text.js';
import type { DuckDb, SqlRow } from '../data/duckdb.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import type { AggregateValues } from './check-definition.js';
import type { CompiledCheck } from './compiled-check.js';

/** The values of the aggregates of a check, or why the engine has none. */
export type CheckValues = AggregateValues | PipelineError;

/**
 * The values of the aggregates of each check, in order: those over rows from one query for each `where`, those over distinct values from one
 * each. Where a query of several fails, each check is asked alone, so that the fault of one is not that of all.
 */
export async function checkValues(
  db: DuckDb,
  relation: string,
  checks: readonly CompiledCheck[],
): Promise<readonly CheckValues[]> {
  const overRows = checks.filter(({ byValue }) => byValue !== true);
  const together = overRows.length === 0 ? [] : await valuesOrError(() => valuesOfRows(db, relation, overRows));
  const values: CheckValues[] = [];
  for (const check of checks) {
    if (check.byValue === true) values.push(await valuesOrError(() => valuesOf(db, relation, check)));
    else if (!(together instanceof PipelineError)) values.push(together[overRows.indexOf(check)] ?? []);
    else if (overRows.length === 1) values.push(together);
    else values.push(await valuesOrError(async () => (await valuesOfRows(db, relation, [check]))[0] ?? []));
  }
  return values;
}

/** What the engine cannot do for want of memory or room is no fault of a check. */
async function valuesOrError<Values>(ask: () => Promise<Values>): Promise<Values | PipelineError> {
  try {
    return await ask();
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_QUERY_FAILED') return error;
    throw error;
  }
}

async function valuesOfRows(db: DuckDb, relation: string, checks: readonly CompiledCheck[]): Promise<readonly AggregateValues[]> {
  const byRows = new Map<string, string[]>();
  for (const [position, check] of checks.entries()) {
    const rows = rowsOf(relation, check.where);
    byRows.set(rows, [...(byRows.get(rows) ?? []), ...namedAggregates(check, position)]);
  }
  const values: Record<string, SqlRow[string]> = {};
  for (const [rows, selected] of byRows) {
    if (selected.length === 0) continue;
    const [row] = await db.query(`SELECT ${selected.join(', ')} FROM ${rows}`);
    Object.assign(values, row);
  }
  return checks.map(({ aggregates }, position) => aggregates.map((_sql, part) => values[nameOf(position, part)]));
}

async function valuesOf(db: DuckDb, relation: string, check: CompiledCheck): Promise<AggregateValues> {
  const name = identifier(check.column ?? '');
  const selected = namedAggregates(check, 0).join(', ');
  const [row] = await db.query(
    `SELECT ${selected} FROM (SELECT ${name}, count(*) AS n FROM ${rowsOf(relation, check.where)} GROUP BY ${name})`,
  );
  return check.aggregates.map((_sql, part) => row?.[nameOf(0, part)]);
}

/** A comment at the end of one must not reach into the next. */
const namedAggregates = ({ aggregates }: CompiledCheck, position: number): string[] =>
  aggregates.map((sql, part) => `${sql}\n AS ${nameOf(position, part)}`);

/** @param where - a comment at its end must not reach further. */
function rowsOf(relation: string, where: CompiledCheck['where']): string {
  return where === undefined ? relation : `${relation} WHERE (${where.sql}\n)`;
}

function nameOf(check: number, part: number): string {
  return `c${String(check)}_${String(part)}`;
}
