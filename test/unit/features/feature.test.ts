import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { FeatureConfig, FeatureResult } from '../../../src/contracts/stages/feature.js';
import { feature } from '../../../src/features/feature.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { roundingBits } from '../../../src/training/gbdt/quantisation.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, failureOf, schemaOf, sql, temporaryStore } from '../data/tiny-source.js';

const SCHEMA = schemaOf(
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'size', type: 'float', nullable: true },
  { name: 'colour', type: 'category', nullable: true },
  { name: 'label', type: 'integer', nullable: true },
);
const HOUR_MS = 3_600_000;
// 12 training hours, then 4 test hours with a colour and a missing size that training never saw.
const ROWS = `SELECT TIMESTAMP '2001-01-06 20:00:00' + to_hours(range::INTEGER) AS at,
  CASE WHEN range % 6 = 5 THEN NULL ELSE range::DOUBLE END AS size,
  CASE WHEN range = 13 THEN 'green' WHEN range % 4 = 3 THEN NULL WHEN range % 2 = 0 THEN 'red' ELSE 'blue' END AS colour,
  (range % 3 = 0)::INTEGER AS label FROM range(16)`;

const CONFIG: FeatureConfig = {
  label: { task: 'binary', sql: 'label' },
  split: { by: 'time', testMs: 4 * HOUR_MS },
  columns: {
    hour: { transform: 'hour_of', column: 'at' },
    weekday: { transform: 'weekday_of', column: 'at' },
    size: { transform: 'numeric', column: 'size' },
    scaled: { transform: 'standardize', column: 'size' },
    is: { transform: 'one_hot', column: 'colour', maxCategories: 2 },
    colour: { transform: 'target_encode', columns: ['colour'], smoothing: 2, folds: 2 },
  },
};

function run(store: ArtifactStore, dataset: DatasetRef, config: FeatureConfig = CONFIG): Promise<FeatureResult> {
  return feature({ config, inputs: { dataset }, arguments: {} }, createTestContext(store));
}

type Built = { readonly store: ArtifactStore; readonly result: FeatureResult };

let store: ArtifactStore;
let dataset: DatasetRef;
let plain: Built;
beforeAll(async () => {
  store = await temporaryStore();
  dataset = await datasetOf(store, ROWS, SCHEMA);
  plain = { store, result: await run(store, dataset) };
});

const built = async (config: FeatureConfig): Promise<Built> => ({ store, result: await run(store, dataset, config) });

async function builtFrom(rows: string, config: FeatureConfig): Promise<Built> {
  return { store, result: await run(store, await datasetOf(store, rows, SCHEMA), config) };
}

async function split(part: 'train' | 'test', columns: string, made = plain): Promise<Record<string, unknown>[]> {
  return sql(`SELECT ${columns} FROM read_parquet('${await made.store.localFile(made.result, `${part}.parquet`)}')`);
}

describe('feature', () => {
  it('splits by event time and describes both sides', () => {
    const { result } = plain;
    expect(result.meta).toMatchObject({
      trainRows: 12,
      testRows: 4,
      positiveRatio: 4 / 12,
      trainFrom: '2001-01-06T20:00:00.000Z',
      testFrom: '2001-01-07T08:00:00.000Z',
      testTo: '2001-01-07T11:00:00.000Z',
      featureNames: ['hour', 'weekday', 'size', 'scaled', 'is=red', 'is=', 'colour'],
    });
    expect(result.meta.signature.inputs.map(({ name, datatype }) => `${name} ${datatype}`)).toEqual([
      'at INT64',
      'size FP32',
      'colour BYTES',
    ]);
  });

  it('tests on exactly the days that were asked for, the last of daily rows included', async () => {
    const days =
      "SELECT TIMESTAMP '2001-01-01' + to_days(range::INTEGER) AS \"at\", 1.0 AS size, 'red' AS colour, (range % 2)::INTEGER AS label FROM range(500)";
    const { result } = await builtFrom(days, { ...CONFIG, split: { by: 'time', testMs: 365 * 24 * HOUR_MS } });
    expect([result.meta.testRows, result.meta.trainRows]).toEqual([365, 135]);
  });

  it('writes FLOAT features in order, the label, and the raw columns', async () => {
    const file = await store.localFile(plain.result, 'train.parquet');
    const described = await sql(`DESCRIBE SELECT * FROM read_parquet('${file}')`);
    expect(described.map((column) => `${String(column['column_name'])} ${String(column['column_type'])}`)).toEqual([
      ...plain.result.meta.featureNames.map((name) => `${name} FLOAT`),
      '__label DOUBLE',
      'raw_at TIMESTAMP',
      'raw_size DOUBLE',
      'raw_colour VARCHAR',
      'raw_label BIGINT',
    ]);
  });

  it('counts hours in UTC and weekdays from Sunday', async () => {
    const rows = await split('train', 'hour, weekday');
    expect(rows.slice(3, 5)).toEqual([
      { hour: 23, weekday: 6 },
      { hour: 0, weekday: 0 },
    ]);
  });

  it('passes missing numbers as NaN, and as the mean when standardised', async () => {
    const rows = await split('train', 'size, scaled');
    expect(rows[5]).toEqual({ size: NaN, scaled: 0 });
    // Sizes 0..4 and 6..10: mean 5, population variance 11.
    expect(rows[0]?.['scaled']).toBeCloseTo(-5 / Math.sqrt(11), 6);
  });

  it('encodes an unseen category as no category and as the prior', async () => {
    const rows = await split('test', '"is=red" AS red, "is=" AS missing, colour');
    expect(rows[1]).toEqual({ red: 0, missing: 0, colour: Math.fround(4 / 12) });
  });

  it('encodes test rows by the smoothed mean label of all training rows', async () => {
    const rows = await split('test', 'colour');
    // red: positions 0, 2, 4, 6, 8, 10, of which 0 and 6 have label 1; prior 1/3, smoothing 2.
    expect(rows[0]).toEqual({ colour: Math.fround((2 + 2 / 3) / (6 + 2)) });
  });

  it('encodes training rows by the other folds alone', async () => {
    const label = (row: number): number => (row % 3 === 0 ? 1 : 0);
    const trained = (row: number): boolean => row < 12;
    const place = (row: number): number =>
      Array.from({ length: 16 }, (_, other) => other).filter(
        (other) => trained(other) && label(other) === label(row) && roundingBits(other, 0) < roundingBits(row, 0),
      ).length;
    const fold = (row: number): number => place(row) % 2;
    const sum = (rows: readonly number[]): number => rows.reduce((total, row) => total + label(row), 0);
    const all = Array.from({ length: 12 }, (_, row) => row);
    const rows = await split('train', 'colour');
    for (const row of all.filter((position) => position % 2 === 0)) {
      const others = all.filter((other) => fold(other) !== fold(row));
      const red = others.filter((other) => other % 2 === 0);
      // Prior 1/3: the mean label of all training rows.
      expect(rows[row]).toEqual({ colour: Math.fround((sum(red) + 2 / 3) / (red.length + 2)) });
    }
  });

  it('leaves out rows without a label', async () => {
    const { result } = await built({ ...CONFIG, label: { task: 'binary', sql: 'CASE WHEN size IS NOT NULL THEN label END' } });
    expect(result.meta.trainRows + result.meta.testRows).toBe(14);
  });

  it('takes any finite number as a regression label', async () => {
    const { result } = await built({ ...CONFIG, label: { task: 'regression', sql: 'size / 3' } });
    expect(result.meta).toMatchObject({ task: 'regression', positiveRatio: null });
  });

  it('gives equal ids for equal input, also where fractions are summed', async () => {
    const config: FeatureConfig = { ...CONFIG, label: { task: 'regression', sql: 'sqrt(size + 0.1)' } };
    expect((await builtFrom(ROWS, config)).result.id).toBe((await built(config)).result.id);
  });

  it('keeps sample rows as a client would send them', async () => {
    const samples = JSON.parse((await store.readFile(plain.result, 'samples.json')).toString()) as Record<string, unknown>[];
    expect(samples).toHaveLength(12);
    expect(Object.keys(samples[0] ?? {})).toEqual(['at', 'size', 'colour']);
    expect(samples.map((row) => row['at'])).toContain('2001-01-06T20:00:00.000Z');
  });
});

describe('a derived feature', () => {
  it('is the same in the files and in the graph that serves', async () => {
    const size = { column: 'size', type: 'float' };
    const made = await built({
      ...CONFIG,
      columns: {
        inverse: { transform: 'derive', columns: ['size'], expression: { op: 'div', operands: [{ value: 1 }, size] } },
        big: { transform: 'derive', columns: ['size'], expression: { op: 'gt', operands: [size, { value: 7 }] } },
      },
    });
    const rows = await split('test', 'raw_size, inverse, big', made);
    expect(rows.map((row) => [row['inverse'], row['big']])).toEqual(
      rows.map(({ raw_size: raw }) => (typeof raw === 'number' ? [Math.fround(1 / raw), Number(raw > 7)] : [NaN, NaN])),
    );
    const bytes = await made.store.readFile(made.result, 'preprocess.onnx');
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const given = Float32Array.from(rows, ({ raw_size: raw }) => (typeof raw === 'number' ? raw : NaN));
    const { features } = await session.run({ size: new Tensor('float32', given, [rows.length, 1]) });
    await session.release();
    expect(Array.from(features?.data as Float32Array)).toEqual(rows.flatMap((row) => [row['inverse'], row['big']]));
  });
});

describe('a feature set that cannot be built', () => {
  const failing = (config: Partial<FeatureConfig>): Promise<{ code: string; message: string }> =>
    failureOf(run(store, dataset, { ...CONFIG, ...config }));

  it.each([
    ['a missing column', 'dealy > 15', ['dealy', 'at, size, colour, label']],
    ['SQL that does not parse', 'size >', ['does not evaluate']],
    ['text', 'colour', ['does not evaluate']],
    ['values other than 0 and 1', 'size', ['expected 0, 1 or null', 'others such as']],
    ['one class only', '1', ['one class only']],
    ['nothing but null', 'CASE WHEN false THEN 1 END', ['every label is null']],
  ])('refuses a label of %s', async (_case, text, parts) => {
    const failure = await failing({ label: { task: 'binary', sql: text } });
    expect(failure.code).toBe('FEATURE_LABEL_INVALID');
    for (const part of parts) expect(failure.message).toContain(part);
  });

  it('refuses SQL of a label that reads a column which was not put in: it would be free to become a feature', async () => {
    const sql = '(label = 1 AND size IS NOT NULL)';
    expect(await failing({ label: { task: 'binary', sql, columns: ['label'] } })).toMatchObject({
      code: 'FEATURE_LABEL_INVALID',
      message: expect.stringMatching(/"size" not found.*expected SQL over the columns label/s),
    });
    const made = await built({ ...CONFIG, label: { task: 'binary', sql, columns: ['label', 'size'] } });
    expect(made.result.meta.labelSql).toBe(sql);
  });

  it('refuses a regression label that is not finite', async () => {
    expect(await failing({ label: { task: 'regression', sql: "'inf'::DOUBLE" } })).toMatchObject({
      code: 'FEATURE_LABEL_INVALID',
    });
  });

  it('gives each category a feature of its own, whatever the categories are', async () => {
    const awkward = [
      'JFK',
      'jfk',
      'Jfk',
      'jfk (2)',
      '',
      "o'hare",
      '"',
      'é',
      'É',
      '\ufeffx',
      'x',
      'a\nb',
      'x'.repeat(5_000),
      `${'x'.repeat(5_000)}y`,
    ];
    const category = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'grapheme', maxLength: 5 }));
    const is = { transform: 'one_hot', column: 'colour', maxCategories: 100 } as const;
    const means = { transform: 'target_encode', columns: ['colour'], smoothing: 1, folds: 2 } as const;
    const check = async (categories: readonly string[]): Promise<void> => {
      const values = categories.map((text) => `unhex('${Buffer.from(text).toString('hex')}')::BLOB`);
      const rows = `SELECT TIMESTAMP '2001-01-01' + to_hours((4 * n + i)::INTEGER) AS at, 1.0 AS size, decode(c) AS colour, i % 2 AS label
        FROM (SELECT unnest([${values.join(', ')}]) AS c, unnest(range(${categories.length})) AS n), range(2) r(i)
        UNION ALL SELECT TIMESTAMP '2011-01-01', 1.0, 'JFK', 1`;
      const { result } = await builtFrom(rows, { ...CONFIG, columns: { is, means } });
      const names = result.meta.featureNames.filter((name) => name !== 'means');
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(categories.length);
      const path = await store.localFile(result, 'train.parquet');
      const sums = names.map((name, position) => `sum("${name.replaceAll('"', '""')}")::INTEGER AS s${String(position)}`);
      const [row] = await sql(`SELECT ${sums.join(', ')} FROM read_parquet('${path}')`);
      expect(Object.values(row ?? {})).toEqual(names.map(() => 2));
    };
    await check(awkward);
    const lists = fc.uniqueArray(category, { minLength: 1, maxLength: 8 });
    await fc.assert(fc.asyncProperty(lists, check), { numRuns: 3 });
  });

  it('refuses a split that leaves no training row', async () => {
    expect(await failing({ split: { by: 'time', testMs: 100 * HOUR_MS } })).toMatchObject({ code: 'FEATURE_SPLIT_INVALID' });
    expect(await failing({ split: { by: 'time', testMs: 0 } })).toMatchObject({ code: 'FEATURE_SPLIT_INVALID' });
  });

  it('lists every problem of every feature at once', async () => {
    const failure = await failing({
      columns: {
        a: { transform: 'numeric', column: 'sise' },
        b: { transform: 'standardize', column: 'colour' },
        c: { transform: 'target_encode', columns: ['colour'], smoothing: -1, folds: 1 },
        C: { transform: 'one_hot', column: 'colour', maxCategories: 0 },
        raw_d: { transform: 'hour_of', column: 'at' },
      },
    });
    expect(failure.code).toBe('FEATURE_TRANSFORM_INVALID');
    for (const part of [
      'unknown column "sise"',
      'type category',
      'smoothing',
      'folds',
      'maxCategories',
      'reserved',
      'up to case',
    ]) {
      expect(failure.message).toContain(part);
    }
  });
});
