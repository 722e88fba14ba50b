import type { DatasetMeta } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages/validate.js';
import { forBlocks } from '../data/column-blocks.js';
import type { DuckDb, SqlRow } from '../data/duckdb.js';
import { identifier } from '../contracts/sql-text.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import { duckdbType } from '../schema/duckdb-type.js';
import type { AggregateValues } from './check-definition.js';
import type { CompiledCheck } from './compiled-check.js';

/**
 * Evaluates all checks, in the order given; the column types come first. One aggregate query over the rows for each part of the columns and each
 * `where`, and one for each check that looks at distinct values.
 */
export async function runChecks(
  db: DuckDb,
  relation: string,
  meta: DatasetMeta,
  checks: readonly CompiledCheck[],
): Promise<readonly CheckOutcome[]> {
  const types = await checkTypes(db, relation, meta);
  if (!types.passed) return [types];
  await checkWheres(db, relation, checks);
  const [counted] = await db.query(`SELECT count(*) AS rows FROM ${relation}`);
  const rows = Number(counted?.['rows'] ?? 0);
  const outcomes: CheckOutcome[] = [];
  const columnsOf = ({ column, where }: CompiledCheck): string[] =>
    [...(column === null ? [] : [column]), ...(where?.columns ?? [])].map(identifier);
  await forBlocks(db, relation, checks, columnsOf, async (some, block) => {
    const values = await valuesOfRows(db, some, block);
    for (const [position, check] of block.entries()) {
      const verdict = check.judge(
        check.byValue === true
          ? await valuesOf(db, some, check)
          : check.aggregates.map((_sql, part) => values[nameOf(position, part)]),
        rows,
      );
      const { id, check: name, column, severity } = check.spec;
      outcomes.push({ id, check: name, column: column ?? null, severity, expected: check.expected, ...verdict });
    }
  });
  return [types, ...outcomes];
}

/** Of the checks over rows: the values of all their aggregates, by name. */
async function valuesOfRows(db: DuckDb, relation: string, checks: readonly CompiledCheck[]): Promise<SqlRow> {
  const byRows = new Map<string, string[]>();
  for (const [position, { byValue, aggregates, where }] of checks.entries()) {
    if (byValue === true) continue;
    const rows = rowsOf(relation, where);
    const named = aggregates.map((sql, part) => `${sql} AS ${nameOf(position, part)}`);
    byRows.set(rows, [...(byRows.get(rows) ?? []), ...named]);
  }
  const values: Record<string, SqlRow[string]> = {};
  for (const [rows, selected] of byRows) {
    const [row] = await db.query(`SELECT ${selected.join(', ')} FROM ${rows}`);
    Object.assign(values, row);
  }
  return values;
}

async function valuesOf(db: DuckDb, relation: string, { column, aggregates, where }: CompiledCheck): Promise<AggregateValues> {
  const name = identifier(column ?? '');
  const selected = aggregates.map((sql, part) => `${sql} AS ${nameOf(0, part)}`);
  const [row] = await db.query(
    `SELECT ${selected.join(', ')} FROM (SELECT ${name}, count(*) AS n FROM ${rowsOf(relation, where)} GROUP BY ${name})`,
  );
  return aggregates.map((_sql, part) => row?.[nameOf(0, part)]);
}

/**
 * Hand-written SQL of a `where` reads the columns that were put in, and no other.
 * @throws PipelineError `VALIDATION_CHECK_INVALID`.
 */
async function checkWheres(db: DuckDb, relation: string, checks: readonly CompiledCheck[]): Promise<void> {
  const asked = new Map(
    checks.flatMap(({ where, spec }) => (where === undefined ? [] : [[where.sql, { where, spec }] as const])),
  );
  for (const { where, spec } of asked.values()) {
    const columns = where.columns.length === 0 ? '1 AS nothing' : where.columns.map(identifier).join(', ');
    try {
      await db.query(`SELECT (${where.sql}\n)::BOOLEAN FROM (SELECT ${columns} FROM ${relation}) LIMIT 0`);
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'DATA_QUERY_FAILED') throw error;
      const expected = `SQL over the columns that are put in: ${where.columns.join(', ')}`;
      throw new PipelineError('VALIDATION_CHECK_INVALID', {
        what: `check "${spec.id}": \`where\` does not evaluate: ${error.parts.what}`,
        expected,
        cause: error,
      });
    }
  }
}

/** @param where - a comment at its end must not reach further. */
function rowsOf(relation: string, where: CompiledCheck['where']): string {
  return where === undefined ? relation : `${relation} WHERE (${where.sql}\n)`;
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
