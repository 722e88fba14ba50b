import { beforeAll, describe, expect, it } from '@jest/globals';
import { trainOperations } from '../../../activities/stages/train.js';
import type { FeatureConfig, FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { TrainResult } from '../../../src/contracts/stages/train.js';
import { withDuckDb } from '../../../src/data/duckdb.js';
import type { EncoderSet } from '../../../src/features/encoding/encoder.js';
import { feature } from '../../../src/features/feature.js';
import { preprocessModel } from '../../../src/features/encoding/preprocess-graph.js';
import { openSession } from '../../../src/onnx/session.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { checkGraph, type ExportedModel } from '../../../src/training/check-graph.js';
import { predictTrees, type TreeModel } from '../../../src/training/gbdt/tree-model.js';
import type { FeatureMatrix } from '../../../src/training/trainer-kind.js';
import { createTestContext } from '../../test-context.js';
import { datasetOf, failureOf, schemaOf, temporaryStore } from '../data/tiny-source.js';
import { PARAMETERS } from './synthetic.js';

const SCHEMA = schemaOf(
  { name: 'at', type: 'timestamp', nullable: false, eventTime: true },
  { name: 'size', type: 'float', nullable: true },
  { name: 'colour', type: 'category', nullable: true },
  { name: 'late', type: 'boolean', nullable: true },
);
const ROWS = `SELECT TIMESTAMP '1969-12-01 00:30:00' + to_hours(range::INTEGER) AS at,
  CASE WHEN range % 6 = 5 THEN NULL WHEN range % 17 = 0 THEN -0.0 ELSE sin(range) / 3 END AS size,
  CASE WHEN range % 7 = 3 THEN NULL WHEN range % 5 = 0 THEN 'it''s "red"' ELSE 'blå ' || range % 9 END AS colour,
  range % 11 < 4 AS late FROM range(1600)`;
const CONFIG: FeatureConfig = {
  label: { task: 'binary', sql: 'late' },
  split: { by: 'time', testMs: 36_000_000 },
  columns: {
    hour: { transform: 'hour_of', column: 'at' },
    weekday: { transform: 'weekday_of', column: 'at' },
    size: { transform: 'numeric', column: 'size' },
    scaled: { transform: 'standardize', column: 'size' },
    is: { transform: 'one_hot', column: 'colour', maxCategories: 3 },
    colour: { transform: 'target_encode', columns: ['colour'], smoothing: 2, folds: 4 },
    both: { transform: 'target_encode', columns: ['colour', 'colour'], smoothing: 0, folds: 3 },
  },
};

let store: ArtifactStore;
let features: FeatureResult;
let encoders: EncoderSet;
let trained: TrainResult;

async function parsed<T>(artifact: FeatureResult | TrainResult, name: string): Promise<T> {
  return JSON.parse((await store.readFile(artifact, name)).toString('utf8')) as T;
}

async function check(changes: Partial<ExportedModel> = {}): Promise<void> {
  const { model } = await parsed<{ readonly model: TreeModel }>(trained, 'trainer.json');
  const session = await openSession(await store.readFile(trained, 'model.onnx'));
  const { scratch } = createTestContext(store);
  const path = await store.localFile(features, 'train.parquet');
  const exported = {
    features,
    encoders,
    preprocess: preprocessModel(encoders),
    predict: (matrix: FeatureMatrix) => predictTrees(model, matrix),
    session,
    ...changes,
  };
  await withDuckDb({ scratch, threads: 1 }, (db) => checkGraph(db, path, exported)).finally(() => session.release());
}

beforeAll(async () => {
  store = await temporaryStore();
  const dataset = await datasetOf(store, ROWS, SCHEMA);
  features = await feature({ config: CONFIG, inputs: { dataset }, arguments: {} }, createTestContext(store));
  encoders = await parsed(features, 'encoders.json');
  const config = { threads: 1, seed: 7, trainer: { ...PARAMETERS, trees: 3 } };
  trained = await trainOperations.train({ config, inputs: { features }, arguments: {} }, createTestContext(store));
});

describe('the check of an exported graph', () => {
  it('finds that it computes what training computes, with every transform', async () => {
    await expect(check()).resolves.toBeUndefined();
  });

  it('refuses a feature that differs in its last bit', async () => {
    const nudged = encoders.encoders.map((encoder) => {
      if (encoder.feature !== 'colour' || encoder.transform !== 'target_encode') return encoder;
      const values = encoder['values'] as readonly number[];
      const bits = new Int32Array(Float32Array.of(values[0] ?? 0).buffer).map((value) => value + 1);
      return { ...encoder, values: [new Float32Array(bits.buffer)[0] ?? 0, ...values.slice(1)] };
    });
    const failure = await failureOf(check({ preprocess: preprocessModel({ ...encoders, encoders: nudged }) }));
    expect(failure).toMatchObject({ code: 'TRAINING_GRAPH_DIFFERS', message: expect.stringContaining('the feature colour') });
  });

  it('refuses the graph of other trees', async () => {
    const { model } = await parsed<{ readonly model: TreeModel }>(trained, 'trainer.json');
    const failure = await failureOf(
      check({ predict: (matrix) => predictTrees({ ...model, trees: model.trees.slice(1) }, matrix) }),
    );
    expect(failure).toMatchObject({ code: 'TRAINING_GRAPH_DIFFERS', message: expect.stringContaining('the score') });
  });
});
