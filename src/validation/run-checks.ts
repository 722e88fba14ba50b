import type { DatasetMeta } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages.js';
import type { DuckDb, SqlRow } from '../data/duckdb.js';
import { identifier } from '../data/sql-text.js';
import { duckdbType } from '../schema/duckdb-type.js';
import type { CompiledCheck } from './compiled-check.js';

/**
 * Evaluates all checks, in the order given; the column types come first. One aggregate query over the rows, and one for each check that
 * looks at distinct values.
 */
export async function runChecks(
  db: DuckDb,
  relation: string,
  meta: DatasetMeta,
  checks: readonly CompiledCheck[],
): Promise<readonly CheckOutcome[]> {
  const types = await checkTypes(db, relation, meta);
  if (!types.passed) return [types];
  const selected = (check: CompiledCheck, position: number): string[] =>
    check.aggregates.map((sql, part) => `${sql} AS ${aggregateName(position, part)}`);
  const ofRows = checks.flatMap((check, position) => (check.byValueOf === undefined ? selected(check, position) : []));
  const [row] = await db.query(`SELECT ${['count(*) AS rows', ...ofRows].join(', ')} FROM ${relation}`);
  const rows = Number(row?.['rows'] ?? 0);
  const outcomes: CheckOutcome[] = [];
  for (const [position, check] of checks.entries()) {
    const values = check.byValueOf === undefined ? row : await valuesOf(db, relation, check.byValueOf, selected(check, position));
    const verdict = check.judge(
      check.aggregates.map((_sql, part) => values?.[aggregateName(position, part)]),
      rows,
    );
    const { id, check: name, column, severity } = check.spec;
    outcomes.push({ id, check: name, column: column ?? null, severity, expected: check.expected, ...verdict });
  }
  return [types, ...outcomes];
}

async function valuesOf(
  db: DuckDb,
  relation: string,
  column: string,
  aggregates: readonly string[],
): Promise<SqlRow | undefined> {
  const name = identifier(column);
  const [row] = await db.query(
    `SELECT ${aggregates.join(', ')} FROM (SELECT ${name}, count(*) AS n FROM ${relation} GROUP BY ${name})`,
  );
  return row;
}

function aggregateName(check: number, part: number): string {
  return `c${String(check)}_${String(part)}`;
}

/** The files hold every column of the schema in its type. When they do not, no other check can be asked. */
async function checkTypes(db: DuckDb, relation: string, { schema }: DatasetMeta): Promise<CheckOutcome> {
  const described = await db.query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${relation})`);
  const types = new Map(described.map((row) => [row['column_name'], row['column_type']]));
  const wrong = schema.columns.flatMap((column) => {
    const received = types.get(column.name);
    return received === duckdbType(column) ? [] : [`${column.name}: ${String(received ?? 'missing')}`];
  });
  return {
    id: 'schema.types',
    check: 'types',
    column: null,
    severity: 'error',
    passed: wrong.length === 0,
    observed: wrong.length === 0 ? 'as declared' : wrong.join(', '),
    expected: schema.columns.map((column) => `${column.name} ${duckdbType(column)}`).join(', '),
    failingRows: 0,
  };
}
