import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { EvaluateResult } from '../../../src/contracts/stages/evaluate.js';
import {
  check,
  col,
  column,
  definePipeline,
  eq,
  feature,
  label,
  type Pipeline,
  type Schema,
  schema,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import { createModelServer } from '../../../src/serving/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { champion, createServingStore, post, type ServingStore } from '../serving/served-model.js';

/** Several of the blocks in which columns are computed (src/data/column-blocks.ts). */
const COLUMNS = 140;
const ROWS = 24;
/** Of so many columns one is a category, the others are numbers. */
const CATEGORY_EACH = 35;

let store: ServingStore;
beforeAll(async () => {
  store = await createServingStore();
});
afterAll(() => store.remove());

const isCategory = (column: number): boolean => column % CATEGORY_EACH === 0;
const valueOf = (row: number, column: number): number | string =>
  isCategory(column) ? `k${(row + column) % 3}` : ((row * 37 + column * 11) % 101) / 4;
const featureOf = (rows: Schema, index: number) => {
  const named = column(rows, `c${index}`);
  if (!isCategory(index)) return index % 2 === 0 ? feature.numeric(named) : feature.standardize(named);
  return index % (2 * CATEGORY_EACH) === 0 ? feature.oneHot(named) : feature.targetEncode(named);
};

/** A table of so many columns with a time and a label beside them, through the stages up to the feature set, or to an evaluation. */
async function wideTable(columns: number, count: number, evaluated: boolean): Promise<Pipeline> {
  const named = Array.from({ length: columns }, (_, column) => column);
  const file = path.join(fileURLToPath(store.uri), `${columns}.csv`);
  const lines = Array.from({ length: count }, (_, row) =>
    [new Date(Date.UTC(2001, 0, 1, row)).toISOString(), row % 2, ...named.map((column) => valueOf(row, column))].join(','),
  );
  await writeFile(file, [['at', 'y', ...named.map((column) => `c${column}`)].join(','), ...lines].join('\n'));
  const columnsOf = named.map((column) => [
    `c${column}`,
    isCategory(column) ? col.category().nullable() : col.float().nullable(),
  ]);
  // The compiler is not to know the names: there are too many.
  const rows: Schema = schema('wide', {
    at: col.timestamp({ eventTime: true }),
    y: col.integer(),
    ...Object.fromEntries(columnsOf),
  });
  return definePipeline(`wide-${columns}`, { params: {} }, (p) => {
    const raw = p.ingest({ source: source.csv(file), schema: rows });
    const checked = p.validate(raw, {
      checks: [check.rowCount({ min: count }), ...named.map((index) => check.notNull(column(rows, `c${index}`)))],
    });
    const features = p.feature(checked, {
      label: label.binary(eq(column(rows, 'y'), 1)),
      split: split.byTime({ test: '8 hours' }),
      columns: Object.fromEntries(named.map((index) => [`f${index}`, featureOf(rows, index)])),
    });
    if (!evaluated) return;
    const gbdt = trainer.gbdt({ trees: 2, leaves: 4, minRowsInLeaf: 2 });
    p.evaluate(p.train(features, { trainer: gbdt }), { infra: { maxP99: '60 seconds' } });
  });
}

async function run(columns: number): Promise<EvaluateResult> {
  const { status, results } = await runInProcess(await wideTable(columns, ROWS, true), {}, { store: store.uri });
  expect(status).toBe('succeeded');
  return results['evaluate'] as EvaluateResult;
}

it('a table of some hundred columns goes through all stages, and its model serves a row', async () => {
  const { model } = await run(COLUMNS);
  expect(model.leftOut).toEqual(['signature']);
  const artifacts = createArtifactStore(await openObjectStore(store.uri));
  expect((await artifacts.manifest(model)).meta).toMatchObject({ signature: { inputs: { length: COLUMNS } } });
  await store.route([champion(1, model)]);
  const server = await createModelServer({ store: store.uri, endpoint: 'flights', port: 0, logLevel: 'silent' });
  try {
    await server.start();
    const row = Object.fromEntries(Array.from({ length: COLUMNS }, (_, column) => [`c${column}`, valueOf(1, column)]));
    const { status, body } = await post(`${server.url}/v1/models/flights:predict`, { instances: [row] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ predictions: [{ score: expect.any(Number) }] });
  } finally {
    await server.close();
  }
});

/** Processor seconds of this process while a table goes through ingest, validate and feature. What else the machine does is not in them. */
async function secondsOf(columns: number, count: number): Promise<number> {
  const pipeline = await wideTable(columns, count, false);
  const before = process.cpuUsage();
  const { status, results } = await runInProcess(pipeline, {}, { store: store.uri });
  const { user, system } = process.cpuUsage(before);
  expect(status).toBe('succeeded');
  // Neither the schema nor the outcomes of checks that passed are in a result.
  for (const [step, result] of Object.entries(results))
    expect([step, JSON.stringify(result).length < 16 * 1024]).toEqual([step, true]);
  expect(results['validate']).toMatchObject({ counts: { checks: columns + 4, warned: 0 }, status: 'passed' });
  return (user + system) / 1e6;
}

/*
 * The same cells in eight times as many columns: in proportion to the columns this takes eight times as long, in proportion to their square
 * sixty-four times. 5,000 columns take a minute of processor time: too long for a test, and ratios say the same.
 */
it('the time of a table grows in proportion to its columns', async () => {
  await secondsOf(70, 24);
  const narrow = await secondsOf(80, 192);
  const wide = await secondsOf(640, 24);
  expect(wide / narrow).toBeLessThan(16);
});
