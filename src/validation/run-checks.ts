import type { DatasetMeta } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages.js';
import type { DuckDb } from '../data/duckdb.js';
import { duckdbType } from '../schema/duckdb-type.js';
import type { CompiledCheck } from './compiled-check.js';

/** Evaluates all checks with one aggregate query over the relation, in the order given; the column types come first. */
export async function runChecks(
  db: DuckDb,
  relation: string,
  meta: DatasetMeta,
  checks: readonly CompiledCheck[],
): Promise<readonly CheckOutcome[]> {
  const types = await checkTypes(db, relation, meta);
  if (!types.passed) return [types];
  const aggregates = checks.flatMap((check, position) =>
    check.aggregates.map((sql, part) => `${sql} AS ${aggregateName(position, part)}`),
  );
  const [row] = await db.query(`SELECT ${['count(*) AS rows', ...aggregates].join(', ')} FROM ${relation}`);
  const rows = Number(row?.['rows'] ?? 0);
  const outcomes = checks.map((check, position) => {
    const verdict = check.judge(
      check.aggregates.map((_sql, part) => row?.[aggregateName(position, part)]),
      rows,
    );
    const { id, check: name, column, severity } = check.spec;
    return { id, check: name, column: column ?? null, severity, expected: check.expected, ...verdict };
  });
  return [types, ...outcomes];
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
