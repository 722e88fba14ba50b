import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { RowExpression } from '../../../src/contracts/stages/row-expression.js';
import type { CheckSpec, ValidateResult } from '../../../src/contracts/stages/validate.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { validate } from '../../../src/validation/validate.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, failureOf, ingestWith, schemaOf, sourceFile, temporaryStore } from '../data/tiny-source.js';

const SCHEMA = schemaOf(
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'amount', type: 'float', nullable: true, min: 0, max: 100 },
  { name: 'colour', type: 'category', nullable: true, values: ['red', 'blue'] },
);
// 10 rows: amount 0..8 and one null; colour alternates.
const ROWS = `SELECT TIMESTAMP '2001-01-01' + to_hours(range::INTEGER) AS at, CASE WHEN range < 9 THEN range::DOUBLE END AS amount,
  CASE WHEN range % 2 = 0 THEN 'red' ELSE 'blue' END AS colour FROM range(10)`;

function check(name: string, parts: Partial<CheckSpec> = {}): CheckSpec {
  return {
    check: name,
    id: parts.column === undefined ? name : `${name}:${parts.column}`,
    severity: 'error',
    arguments: {},
    ...parts,
  };
}

let store: ArtifactStore;
let dataset: DatasetRef;
beforeAll(async () => {
  store = await temporaryStore();
  dataset = await datasetOf(store, ROWS, SCHEMA);
});

function run(dataset: DatasetRef, checks: readonly CheckSpec[]): Promise<ValidateResult> {
  return validate({ config: { checks }, inputs: { dataset }, arguments: {} }, createTestContext(store));
}

async function outcome(spec: CheckSpec): Promise<{ passed: boolean; observed: unknown; failingRows: number }> {
  const result = await run(dataset, [{ ...spec, severity: 'info' }]);
  const found = result.checks.find(({ id }) => id === spec.id);
  if (found === undefined) throw new Error('no outcome');
  return { passed: found.passed, observed: found.observed, failingRows: found.failingRows };
}

describe('validate', () => {
  it('passes a good dataset on unchanged with a report that lists declared and implied checks', async () => {
    const result = await run(dataset, [check('row_count_between', { arguments: { min: 1 } })]);
    expect(result.status).toBe('passed');
    expect(result.dataset).toEqual(dataset);
    expect(result.checks.map(({ id }) => id)).toEqual([
      'schema.types',
      'row_count_between',
      'schema.at.not_null',
      'schema.amount.range',
      'schema.colour.values',
    ]);
    const html = (await store.readFile(result.report, 'report.html')).toString();
    expect(html).toContain('schema.amount.range');
    expect(html).not.toMatch(/src=|href=/);
  });

  it('gives the same report for the same dataset', async () => {
    const checks = [check('not_null', { column: 'amount', mostly: 0.9 })];
    expect((await run(dataset, checks)).report.id).toBe((await run(dataset, checks)).report.id);
  });

  it('goes on with a warning when only a check of severity warn fails', async () => {
    const result = await run(dataset, [check('not_null', { column: 'amount', severity: 'warn' })]);
    expect(result.status).toBe('warned');
  });

  it('fails without retry, naming every failed check, and publishes the report all the same', async () => {
    const bad = `SELECT TIMESTAMP '2001-01-01' AS at, 200.0 AS amount, 'green' AS colour`;
    const failure = await failureOf(
      run(await datasetOf(store, bad, SCHEMA), [check('row_count_between', { arguments: { min: 5 } })]),
    );
    expect(failure).toMatchObject({ code: 'VALIDATION_FAILED', retryable: false });
    for (const text of [
      '"row_count_between" failed: expected >= 5 rows, got 1',
      '"schema.amount.range"',
      '"schema.colour.values"',
    ]) {
      expect(failure.message).toContain(text);
    }
    const { report, reportId } = failure.details as { report: string; reportId: string };
    expect(failure.message).toContain(`perennial artifacts get validation-report/${reportId} report.html`);
    expect(report).toContain(reportId);
    const page = await store.readFile({ kind: 'validation-report', id: reportId }, 'report.json');
    expect(JSON.parse(page.toString())).toMatchObject({ status: 'failed' });
  });

  it('escapes what comes from data and configuration in the HTML report', async () => {
    const id = '<script>alert("x")</script>';
    const result = await run(dataset, [check('unique', { id, column: 'colour', severity: 'warn' })]);
    const html = (await store.readFile(result.report, 'report.html')).toString();
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
  });

  it('lists every problem of every check at once', async () => {
    const failure = await failureOf(
      run(dataset, [
        check('not_nul', { column: 'amount' }),
        check('not_null', { column: 'amuont' }),
        check('between', { column: 'amount', arguments: { min: 3, max: 1 } }),
        check('between', { column: 'colour', arguments: { min: 3 } }),
        check('freshness', { arguments: { maxMs: 'long' } }),
        check('in_set', { column: 'colour', arguments: { values: [] } }),
        check('unique', { column: 'colour', mostly: 2 }),
        check('constructor'),
      ]),
    );
    expect(failure.code).toBe('VALIDATION_CHECK_INVALID');
    expect((failure.details as { problems: string[] }).problems).toHaveLength(8);
    expect(failure.message).toContain('there are row_count_between');
    expect(failure.message).toContain('there are at, amount, colour');
  });
});

describe('checks', () => {
  it.each([
    [check('row_count_between', { arguments: { min: 10, max: 10 } }), { passed: true, observed: 10, failingRows: 0 }],
    [check('row_count_between', { arguments: { max: 9 } }), { passed: false, observed: 10, failingRows: 0 }],
    [check('not_null', { column: 'amount' }), { passed: false, observed: 0.9, failingRows: 1 }],
    [check('not_null', { column: 'amount', mostly: 0.9 }), { passed: true, observed: 0.9, failingRows: 1 }],
    [check('between', { column: 'amount', arguments: { min: 1, max: 8 } }), { passed: false, observed: 8 / 9, failingRows: 1 }],
    [check('in_set', { column: 'colour', arguments: { values: ['red'] } }), { passed: false, observed: 0.5, failingRows: 5 }],
    [check('unique', { column: 'amount' }), { passed: true, observed: 1, failingRows: 0 }],
    [check('unique', { column: 'colour' }), { passed: false, observed: 0.2, failingRows: 8 }],
  ])('%j', async (spec, expected) => {
    expect(await outcome(spec)).toEqual(expected);
  });

  it('count NaN as missing', async () => {
    const dataset = await datasetOf(store, "SELECT 'nan'::DOUBLE AS x", schemaOf({ name: 'x', type: 'float', nullable: false }));
    const failure = await failureOf(run(dataset, []));
    expect(failure.message).toContain('check "schema.x.not_null" failed: expected a value, got 0 (1 rows)');
  });

  it.each([
    ['float', 'range % 3', [0, 1, 2]],
    ['float', '0.1 * (range % 3)', [0, 0.1, 0.2]],
    ['float', 'range % 3', ['0', '1.0', '2']],
    ['integer', 'range % 3', [0, 1, 2.0]],
    ['boolean', 'range % 2 = 0', [true, false]],
    ['timestamp', "TIMESTAMP '2001-01-01' + to_days((range % 2)::INTEGER)", ['2001-01-01', '2001-01-02T02:00:00+02:00']],
    ['category', "'o' || chr(39) || range % 2", ["o'0", "o'1"]],
  ] as const)('compare a %s column with a set as values, not as texts: %s', async (type, expression, values) => {
    const dataset = await datasetOf(
      store,
      `SELECT ${expression} AS x FROM range(12)`,
      schemaOf({ name: 'x', type, nullable: true }),
    );
    const outcomeOf = async (some: readonly (string | number | boolean)[]): Promise<unknown> => {
      const set = check('in_set', { id: 'set', column: 'x', severity: 'info', arguments: { values: some } });
      return (await run(dataset, [set])).checks.at(-1);
    };
    expect(await outcomeOf(values)).toMatchObject({ passed: true, failingRows: 0 });
    expect(await outcomeOf(values.slice(1))).toMatchObject({ passed: false, failingRows: 12 / values.length });
  });

  it('refuse a set whose values a column cannot have', async () => {
    const set = (column: string, value: string): CheckSpec => check('in_set', { column, arguments: { values: [value] } });
    const failure = await failureOf(run(dataset, [set('amount', 'red'), set('at', 'soon')]));
    expect(failure.message).toContain('check "in_set:amount" (in_set): "red" is no value of a float column');
    expect(failure.message).toContain('"soon" is no value of a timestamp column');
  });

  it('measure freshness from the end of the window', async () => {
    const path = await sourceFile(ROWS);
    const window = { column: 'at', from: '2001-01-01', to: '2001-01-03' };
    const dataset = await ingestWith(store, { source: { format: 'parquet', path }, schema: SCHEMA, window });
    const hours = (count: number): CheckSpec =>
      check('freshness', { id: `${String(count)}h`, severity: 'warn', arguments: { maxMs: count * 3_600_000 } });
    const result = await run(dataset, [hours(39), hours(38)]);
    expect(result.checks.filter(({ check: name }) => name === 'freshness').map(({ passed }) => passed)).toEqual([true, false]);
  });

  it('looks at the rows of `where` alone: not at one for which it is false or null', async () => {
    const amount: RowExpression = { column: 'amount', type: 'float' };
    const red: RowExpression = { op: 'eq', operands: [{ column: 'colour', type: 'category' }, { value: 'red' }] };
    const small: RowExpression = { op: 'lt', operands: [amount, { value: 3 }] };
    // Amounts of red rows: 0, 2, 4, 6, 8. The one null amount is of a blue row.
    expect(await outcome(check('not_null', { column: 'amount', where: red }))).toMatchObject({ observed: 1, failingRows: 0 });
    const bounds = { column: 'amount', arguments: { max: 2 } };
    expect(await outcome(check('between', { ...bounds, where: red }))).toEqual({ passed: false, observed: 0.4, failingRows: 3 });
    expect(await outcome(check('between', { ...bounds, where: small }))).toMatchObject({ observed: 1, failingRows: 0 });
    const colours = { column: 'colour', arguments: { values: ['blue'] } };
    expect(await outcome(check('in_set', { ...colours, where: small }))).toMatchObject({ observed: 1 / 3, failingRows: 2 });
    expect(await outcome(check('unique', { column: 'colour', where: small }))).toMatchObject({ observed: 2 / 3, failingRows: 1 });
    const checks = [check('between', { ...bounds, where: small }), check('between', { ...bounds, id: 'all', severity: 'info' })];
    const result = await run(dataset, checks);
    expect(result.checks.slice(1, 3)).toMatchObject([
      { passed: true, expected: '<= 2 where amount < 3' },
      { id: 'all', passed: false, failingRows: 6 },
    ]);
  });

  it('refuses a `where` of a column that is not there, and of a check that looks at no rows', async () => {
    const where: RowExpression = { op: 'gt', operands: [{ column: 'amuont', type: 'float' }, { value: 3 }] };
    const failure = await failureOf(run(dataset, [check('not_null', { column: 'amount', where })]));
    expect(failure).toMatchObject({
      code: 'VALIDATION_CHECK_INVALID',
      message: expect.stringContaining('unknown column "amuont"'),
    });
    const text: RowExpression = { sql: ['colour = ', { value: 'red' }, ' AND ', { column: 'amount', type: 'float' }, ' > 1'] };
    const named = await failureOf(run(dataset, [check('not_null', { column: 'amount', where: text })]));
    expect(named).toMatchObject({ code: 'VALIDATION_CHECK_INVALID', message: expect.stringContaining('"colour" not found') });
    const known: RowExpression = { column: 'amount', type: 'float' };
    const bounds = { min: 1 };
    const other = await failureOf(run(dataset, [check('row_count_between', { arguments: bounds, where: known })]));
    expect(other).toMatchObject({ code: 'VALIDATION_CHECK_INVALID', message: expect.stringContaining('takes no `where`') });
  });
});
