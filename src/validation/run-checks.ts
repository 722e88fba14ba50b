import type { DatasetMeta } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages/validate.js';
import { forBlocks } from '../data/column-blocks.js';
import type { DuckDb, SqlRow } from '../data/duckdb.js';
import { identifier } from '../contracts/sql-text.js';
import { someOf } from '../errors/some-of.js';
import { duckdbType } from '../schema/duckdb-type.js';
import type { AggregateValues } from './check-definition.js';
import type { CompiledCheck } from './compiled-check.js';

/**
 * Evaluates all checks, in the order given; the column types come first. One aggregate query over the rows for each part of the columns, and one
 * for each check that looks at distinct values.
 */
export async function runChecks(
  db: DuckDb,
  relation: string,
  meta: DatasetMeta,
  checks: readonly CompiledCheck[],
): Promise<readonly CheckOutcome[]> {
  const types = await checkTypes(db, relation, meta);
  if (!types.passed) return [types];
  const [counted] = await db.query(`SELECT count(*) AS rows FROM ${relation}`);
  const rows = Number(counted?.['rows'] ?? 0);
  const outcomes: CheckOutcome[] = [];
  const columnsOf = ({ column }: CompiledCheck): string[] => (column === null ? [] : [identifier(column)]);
  await forBlocks(db, relation, checks, columnsOf, async (some, block) => {
    const values = await valuesOfRows(db, some, block);
    for (const [position, check] of block.entries()) {
      const verdict = check.judge(
        check.byValue === true
          ? await valuesOf(db, some, check)
          : check.aggregates.map((_sql, part) => values?.[nameOf(position, part)]),
        rows,
      );
      const { id, check: name, column, severity } = check.spec;
      outcomes.push({ id, check: name, column: column ?? null, severity, expected: check.expected, ...verdict });
    }
  });
  return [types, ...outcomes];
}

async function valuesOfRows(db: DuckDb, relation: string, checks: readonly CompiledCheck[]): Promise<SqlRow | undefined> {
  const selected = checks.flatMap(({ byValue, aggregates }, position) =>
    byValue === true ? [] : aggregates.map((sql, part) => `${sql} AS ${nameOf(position, part)}`),
  );
  if (selected.length === 0) return undefined;
  const [row] = await db.query(`SELECT ${selected.join(', ')} FROM ${relation}`);
  return row;
}

async function valuesOf(db: DuckDb, relation: string, { column, aggregates }: CompiledCheck): Promise<AggregateValues> {
  const name = identifier(column ?? '');
  const selected = aggregates.map((sql, part) => `${sql} AS ${nameOf(0, part)}`);
  const [row] = await db.query(
    `SELECT ${selected.join(', ')} FROM (SELECT ${name}, count(*) AS n FROM ${relation} GROUP BY ${name})`,
  );
  return aggregates.map((_sql, part) => row?.[nameOf(0, part)]);
}

function nameOf(check: number, part: number): string {
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
    observed: wrong.length === 0 ? 'as declared' : someOf(wrong),
    expected: someOf(schema.columns.map((column) => `${column.name} ${duckdbType(column)}`)),
    failingRows: 0,
  };
}
