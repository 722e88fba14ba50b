import { beforeAll, describe, expect, it } from '@jest/globals';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { CheckSpec, ValidateResult } from '../../../src/contracts/stages/validate.js';
import { col, definePipeline, param, schema, source } from '../../../src/index.js';
import type { Pipeline } from '../../../src/index.js';
import type { Check } from '../../../src/pipeline/options/check.js';
import type { ColumnOf } from '../../../src/schema/column.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { CHECKS, defineCheck } from '../../../src/validation/checks.js';
import { validate } from '../../../src/validation/validate.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, failureOf, schemaOf, temporaryStore } from '../data/tiny-source.js';

const people = schema('people', { at: col.timestamp({ eventTime: true }), "na'me": col.text(), age: col.integer() });

const startsWith = defineCheck({
  name: 'starts_with',
  column: 'text',
  options: { properties: { start: { type: 'string' } }, required: ['start'] },
  rule: ({ column: { sql }, options: { start }, quote }) => ({
    applies: `${sql} IS NOT NULL`,
    breaks: `NOT starts_with(${sql}, ${quote.text(start)}) OR false`,
    expected: `a text that starts with ${start}`,
  }),
});

const spread = defineCheck({
  name: 'spread',
  column: 'number',
  options: { properties: { most: { type: 'number', minimum: 0, default: 5 } } },
  problems: ({ options: { most } }) => (most === 13 ? ['13 is bad luck'] : []),
  measure: ({ column: { sql }, options: { most } }) => ({
    expected: `at most ${most} apart`,
    aggregates: [`max(${sql}) - min(${sql})`],
    judge: ([apart]) => ({ passed: Number(apart) <= most, observed: Number(apart), failingRows: 0 }),
  }),
});

let store: ArtifactStore;
let dataset: DatasetRef;
beforeAll(async () => {
  store = await temporaryStore();
  dataset = await datasetOf(
    store,
    `SELECT TIMESTAMP '2001-01-01' AS at, CASE WHEN range < 8 THEN 'o''' || range END AS "na'me", range AS age FROM range(10)`,
    schemaOf(
      { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
      { name: "na'me", type: 'text', nullable: true },
      { name: 'age', type: 'integer', nullable: false },
    ),
  );
});

const define = (checks: readonly Check<ColumnOf<'people'>>[]): Pipeline =>
  definePipeline('a', { params: { most: param.number({ default: 3 }) } }, (p) => {
    const raw = p.ingest({ source: source.parquet('x'), schema: people });
    p.validate(raw, { checks: [...checks, spread(people.age, { id: 'given', most: p.params.most })] });
  });
const planOf = (checks: readonly Check<ColumnOf<'people'>>[]): readonly CheckSpec[] => {
  const step = define(checks).plan.steps.find(({ id }) => id === 'validate');
  return (step?.config as unknown as { readonly checks: readonly CheckSpec[] }).checks;
};

const run = (checks: readonly CheckSpec[]): Promise<ValidateResult> =>
  validate({ config: { checks }, inputs: { dataset }, arguments: {} }, createTestContext(store));

describe('a check of one’s own', () => {
  it('stands in the plan as the built-in ones do, and is judged', async () => {
    const specs = planOf([startsWith(people["na'me"], { start: "o'", severity: 'warn' }), spread(people.age)]);
    expect(specs).toEqual([
      { check: 'starts_with', id: "starts_with:na'me", column: "na'me", severity: 'warn', arguments: { start: "o'" } },
      { check: 'spread', id: 'spread:age', column: 'age', severity: 'error', arguments: { most: 5 } },
      { check: 'spread', id: 'given', column: 'age', severity: 'error', arguments: { most: { $param: 'most' } } },
    ]);
    const [first, second] = specs.map((spec) => ({ ...spec, severity: 'info' as const }));
    const { checks } = await run([first, second] as CheckSpec[]);
    expect(checks.slice(1, 3)).toMatchObject([
      { check: 'starts_with', passed: true, observed: 1, failingRows: 0 },
      { check: 'spread', passed: false, observed: 9, expected: 'at most 5 apart' },
    ]);
  });

  it('is refused where the pipeline is defined, by its schema and by what it says itself', () => {
    expect(() => startsWith(people["na'me"], { strat: 'o' } as never)).toThrow(
      '`start`, or another one of start, id, severity, mostly',
    );
    expect(() => define([startsWith(people.age as never, { start: '' })])).toThrow('column "age" is a integer');
    expect(() => define([spread(people.age, { most: 13 })])).toThrow('13 is bad luck');
  });

  it('is refused in the run when a parameter made its options wrong', async () => {
    const spec = { check: 'spread', id: 'a', column: 'age', severity: 'error', arguments: { most: 'many' } } as const;
    const failure = await failureOf(run([spec]));
    expect(failure).toMatchObject({ code: 'VALIDATION_CHECK_INVALID' });
    expect(failure.message).toContain('check "a" (spread): argument `most` must be a number of at least 0, got "many"');
  });

  const options = { properties: {} };
  it.each([
    ['neither rule nor measure', { name: 'a', column: null, options }],
    ['both', { name: 'a', column: null, options, rule: () => null, measure: () => null }],
    ['a rule that is no function', { name: 'a', column: null, options, rule: 'x > 0' }],
    ['no need of a column', { name: 'a', column: 'words', options, rule: () => null }],
    ['an option that every check has', { name: 'a', column: null, options: { properties: { id: {} } }, rule: () => null }],
    ['a schema that is none', { name: 'a', column: null, options: { properties: { b: { type: 'word' } } }, rule: () => null }],
    ['no options', { name: 'a', column: null, rule: () => null }],
    ['a name in capitals', { name: 'A', column: null, options, rule: () => null }],
    ['nothing', undefined],
  ])('refuses a definition with %s', (_title, definition) => {
    expect(() => defineCheck(definition as never)).toThrow(expect.objectContaining({ code: 'EXTENSION_INVALID' }));
    expect(CHECKS.find('a')).toBeUndefined();
  });

  it('refuses the name of a built-in one', () => {
    const definition = { name: 'unique', column: null, options, measure: () => null } as never;
    expect(() => defineCheck(definition)).toThrow(expect.objectContaining({ code: 'EXTENSION_NAME_TAKEN' }));
  });

  it.each([
    ['rule', { rule: () => ({ applies: 'true' }) }],
    ['measure', { measure: () => undefined }],
    ['judge', { measure: () => ({ expected: 'x', aggregates: [], judge: () => ({ passed: 1 }) }) }],
    [
      'judge',
      { measure: () => ({ expected: 'x', aggregates: [], judge: () => ({ passed: true, observed: NaN, failingRows: 0 }) }) },
    ],
  ])('says which function gave something else than it should: %s', async (part, functions) => {
    defineCheck({ name: 'careless', column: null, options, ...functions } as never);
    const failure = await failureOf(run([{ check: 'careless', id: 'a', severity: 'error', arguments: {} }]));
    expect(failure).toMatchObject({ code: 'EXTENSION_RESULT_INVALID' });
    expect(failure.message).toContain(`\`${part}\` of the check "careless" returned something else`);
  });

  it('is named when its SQL or its judge fails, and the others are judged all the same', async () => {
    const made = [`count("age") FILTER (WHERE "age" + 'x' > 1)`, 'no_such_function(1)', 'count(*) -- all'] as const;
    const [wrongType, unknown, comment] = made.map((sql, index) =>
      defineCheck({
        name: `sql_${index}`,
        column: 'number',
        options,
        measure: () => ({
          expected: 'anything',
          aggregates: [sql],
          judge: ([value]) => ({ passed: true, observed: Number(value), failingRows: 0 }),
        }),
      }),
    );
    const throwing = defineCheck({
      name: 'throwing',
      column: null,
      options,
      measure: () => ({
        expected: 'x',
        aggregates: [],
        judge: () => {
          throw new TypeError('no such thing');
        },
      }),
    });
    const checks = planOf([spread(people.age, { id: 'least' })]);
    const specs = [
      wrongType?.(people.age, { id: 'first', severity: 'warn' }),
      unknown?.(people.age, { id: 'second' }),
      throwing({ id: 'third' }),
      comment?.(people.age, { id: 'fourth' }),
    ].map((check) => planOf([check as Check<ColumnOf<'people'>>])[0] as CheckSpec);
    const failure = await failureOf(run([...checks.slice(0, 1), ...specs]));
    expect(failure).toMatchObject({
      code: 'VALIDATION_CHECK_INVALID',
      retryable: false,
      details: {
        notEvaluated: [{ id: 'first' }, { id: 'second', check: 'sql_1', column: 'age' }, { id: 'third' }],
        failed: [{ id: 'least', observed: 9 }],
      },
    });
    expect(failure.message).toContain('check "second" (sql_1 over column "age") cannot be evaluated: ');
    expect(failure.message).toContain('no_such_function');
    expect(failure.message).toContain('check "third" (throwing) cannot be evaluated: TypeError: no such thing');
    expect(failure.message).toMatch(/of the \d others \d passed/);
    const { reportId: id } = failure.details as { readonly reportId: string };
    const report = (await store.readFile({ kind: 'validation-report', id }, 'report.json')).toString();
    expect((JSON.parse(report) as { checks: { id: string; observed: unknown }[] }).checks).toContainEqual(
      expect.objectContaining({ id: 'fourth', observed: 10 }),
    );
  });
});
