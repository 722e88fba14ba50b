import type { ModelSignature } from '../../../src/contracts/model.js';
import type { EvaluateConfig, EvaluateResult } from '../../../src/contracts/stages/evaluate.js';
import type { FeatureConfig, FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { ModelMeta, TrainResult } from '../../../src/contracts/stages/train.js';
import type { Blessing } from '../../../src/contracts/stages/evaluate.js';
import { evaluateOperations } from '../../../activities/stages/evaluate.js';
import { feature } from '../../../src/features/feature.js';
import { GraphBuilder } from '../../../src/onnx/model-builder.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createTestContext } from '../../test-context.js';
import { FLIGHTS, FLIGHTS_FILE, ingestWith } from '../../unit/data/tiny-source.js';

export const MODEL = 'flight-delay';
const DAY_MS = 86_400_000;
const ELEMENTS = { FP32: 'float', INT64: 'int64', BYTES: 'string', BOOL: 'bool' } as const;

const FEATURES: FeatureConfig = {
  label: { task: 'binary', sql: 'delay > 15' },
  split: { by: 'time', testMs: 3 * DAY_MS },
  columns: {
    hour: { transform: 'hour_of', column: 'date' },
    distance: { transform: 'numeric', column: 'distance' },
    origin: { transform: 'one_hot', column: 'origin', maxCategories: 10 },
  },
};

export const EVALUATE: EvaluateConfig = {
  metrics: ['roc_auc', 'log_loss', 'brier'],
  gate: { than: 'champion', metric: 'roc_auc', confidence: 0.95, samples: 100, margin: 0 },
  slices: ['origin'],
  minSliceRows: 200,
  model: MODEL,
  infra: { maxP99Ms: 1000 },
};

/** Features of real flights of the given days; the last three days are the test split. */
export async function flightFeatures(store: ArtifactStore, from: string, to: string): Promise<FeatureResult> {
  const source = { format: 'parquet', path: FLIGHTS_FILE } as const;
  const dataset = await ingestWith(store, { source, schema: FLIGHTS, window: { column: 'date', from, to } });
  return feature({ config: FEATURES, inputs: { dataset }, arguments: {} }, createTestContext(store));
}

/** score = sigmoid(intercept + slope x hour of day): real flights are later in the evening. SQL of the same: `hourScoreSql`. */
export function hourModel(signature: ModelSignature, intercept: number, slope: number): Uint8Array {
  const graph = new GraphBuilder();
  for (const { name, datatype } of signature.inputs) graph.input(name, ELEMENTS[datatype], [null, 1]);
  graph.initializer('day', { type: 'int64', dims: [1], data: [DAY_MS] });
  graph.initializer('slope', { type: 'float', dims: [1], data: [slope / 3_600_000] });
  graph.initializer('intercept', { type: 'float', dims: [1], data: [intercept] });
  graph.node('Mod', ['date', 'day'], ['time']);
  graph.node('Cast', ['time'], ['milliseconds'], { to: { i: 1 } });
  graph.node('Mul', ['milliseconds', 'slope'], ['sloped']);
  graph.node('Add', ['sloped', 'intercept'], ['logit']);
  graph.node('Sigmoid', ['logit'], ['score']);
  graph.output('score', 'float', [null, 1]);
  return graph.toBytes();
}

export const hourScoreSql = (intercept: number, slope: number): string =>
  `(1 / (1 + exp(-(${intercept} + ${slope} * (epoch_ms(date) % ${DAY_MS}) / 3600000.0))))::FLOAT`;

export async function publishModel(store: ArtifactStore, features: FeatureResult, model: Uint8Array): Promise<TrainResult> {
  const { task, signature, trainRows, trainFrom, testFrom, testTo } = features.meta;
  const meta: ModelMeta = {
    task,
    trainer: 'fixture',
    signature,
    featureSet: features.id,
    trees: 0,
    trainRows,
    trainFrom,
    testFrom,
    testTo,
    seed: 1,
    metrics: {},
  };
  const file = (name: string, bytes: Uint8Array) => ({ name, mediaType: 'application/octet-stream', content: { bytes } });
  return store.publish({
    kind: 'model',
    files: [
      file('model.onnx', model),
      file('signature.json', Buffer.from(JSON.stringify(signature))),
      file('samples.json', await store.readFile(features, 'samples.json')),
    ],
    meta,
    inputs: [features],
  });
}

/** The stage's two operations in the order of its workflow. */
export async function evaluateModel(
  store: ArtifactStore,
  inputs: { readonly model: TrainResult; readonly features: FeatureResult },
  config: EvaluateConfig = EVALUATE,
): Promise<{ blessing: Blessing; result: EvaluateResult }> {
  const blessing = await evaluateOperations.bless({ config, inputs, arguments: {} }, createTestContext(store));
  const result = await evaluateOperations.evaluate({ config, inputs, arguments: { blessing } }, createTestContext(store));
  return { blessing, result };
}

export async function promote(store: ArtifactStore, result: EvaluateResult, workflowId: string): Promise<number> {
  const registry = createRegistry(store.objects);
  const { trainFrom, testTo } = result.model.meta;
  const { version } = await registry.register({
    model: MODEL,
    artifact: result.model,
    evaluation: result.evaluation,
    metrics: result.metrics,
    window: { from: trainFrom, to: testTo },
    runId: workflowId,
    workflowId,
  });
  const champion = await registry.alias(MODEL, 'champion');
  await registry.promote({
    model: MODEL,
    version,
    expectedChampion: champion?.record.version ?? null,
    basis: { person: 'test', reason: 'fixture' },
    workflowId,
  });
  return version;
}
