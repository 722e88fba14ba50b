import type { DatasetMeta } from '../contracts/dataset.js';
import type { CheckOutcome } from '../contracts/stages/validate.js';
import { forBlocks } from '../data/column-blocks.js';
import type { DuckDb } from '../data/duckdb.js';
import { identifier } from '../contracts/sql-text.js';
import { cutText } from '../errors/bounded-failure.js';
import { thrownText } from '../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { someOf } from '../errors/some-of.js';
import { duckdbType } from '../schema/duckdb-type.js';
import { type CheckValues, checkValues } from './check-values.js';
import type { CompiledCheck } from './compiled-check.js';

/** Of why a check was not evaluated, characters. */
const LONGEST_REASON = 500;

/**
 * Evaluates all checks, in the order given; the column types come first. One aggregate query over the rows for each part of the columns and each
 * `where`, and one for each check that looks at distinct values. A check that cannot be evaluated has an outcome with `error`; the others are
 * evaluated anyway.
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
    const values = await checkValues(db, some, block);
    for (const [position, check] of block.entries()) outcomes.push(outcomeOf(check, values[position] ?? [], rows));
  });
  return [types, ...outcomes];
}

function outcomeOf(check: CompiledCheck, values: CheckValues, rows: number): CheckOutcome {
  const { id, check: name, column = null, severity } = check.spec;
  const about = { id, check: name, column, severity, expected: check.expected };
  try {
    if (values instanceof PipelineError) throw values;
    return { ...about, ...check.judge(values, rows) };
  } catch (error) {
    const { code, text } = isPipelineError(error)
      ? { code: error.code === 'DATA_QUERY_FAILED' ? 'VALIDATION_CHECK_INVALID' : error.code, text: error.parts.what }
      : { code: 'VALIDATION_CHECK_INVALID', text: thrownText(error) };
    const message = cutText(
      error instanceof PipelineError && error.parts.expected !== undefined ? `${text}: expected ${error.parts.expected}` : text,
      LONGEST_REASON,
    );
    return { ...about, passed: false, observed: `not evaluated: ${message}`, failingRows: 0, error: { code, message } };
  }
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
