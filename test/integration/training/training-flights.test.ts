import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { trainOperations } from '../../../activities/stages/train.js';
import type { FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { GbdtSpec, TrainResult } from '../../../src/contracts/stages/train.js';
import { feature } from '../../../src/features/feature.js';
import { inspectModel } from '../../../src/onnx/inspect-model.js';
import { openSession } from '../../../src/onnx/session.js';
import type { StepContext } from '../../../src/pipeline/step-context.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import type { TreeModel } from '../../../src/training/gbdt/tree-model.js';
import { predictTrees } from '../../../src/training/gbdt/tree-model.js';
import { createTestContext } from '../../test-context.js';
import { FLIGHTS, FLIGHTS_FILE, ingestWith, sql, temporaryStore } from '../../unit/data/tiny-source.js';
import { areaUnderCurve } from '../../unit/training/synthetic.js';

const DAY_MS = 86_400_000;
const TRAINER: GbdtSpec = {
  trainer: 'gbdt',
  trees: 40,
  learningRate: 0.1,
  leaves: 31,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 0,
};
const golden = JSON.parse(readFileSync(new URL('./training-flights.golden.json', import.meta.url), 'utf8')) as {
  readonly auc: number;
};

let store: ArtifactStore;
let features: FeatureResult;

beforeAll(async () => {
  store = await temporaryStore();
  const window = { column: 'date', from: '2001-01-01', to: '2001-01-15' };
  const dataset = await ingestWith(store, { source: { format: 'parquet', path: FLIGHTS_FILE }, schema: FLIGHTS, window });
  const config = {
    label: { task: 'binary', sql: 'delay > 15' },
    split: { by: 'time', testMs: 4 * DAY_MS },
    columns: {
      hour: { transform: 'hour_of', column: 'date' },
      weekday: { transform: 'weekday_of', column: 'date' },
      distance: { transform: 'numeric', column: 'distance' },
      origin: { transform: 'target_encode', columns: ['origin'], smoothing: 20, folds: 5 },
      route: { transform: 'target_encode', columns: ['origin', 'destination'], smoothing: 20, folds: 5 },
    },
  } as const;
  features = await feature({ config, inputs: { dataset }, arguments: {} }, createTestContext(store));
});

function train(
  config: { readonly trainer?: Partial<GbdtSpec>; readonly threads?: number },
  overrides: Partial<StepContext> = {},
): Promise<TrainResult> {
  const { trainer, threads = 2 } = config;
  const task = { config: { threads, trainer: { ...TRAINER, ...trainer } }, inputs: { features }, arguments: {} };
  return trainOperations.train(task, createTestContext(store, overrides));
}

async function modelOf(result: TrainResult): Promise<TreeModel> {
  return (JSON.parse((await store.readFile(result, 'trainer.json')).toString('utf8')) as { readonly model: TreeModel }).model;
}

describe('the train stage on real flights', () => {
  it('publishes one graph from raw columns to a score that ranks as LightGBM does', async () => {
    const metrics = new Map<string, number>();
    const result = await train({}, { metric: (name, value) => void metrics.set(name, value) });
    const rows = await sql(
      `SELECT *, epoch_ms(raw_date)::BIGINT AS ms FROM read_parquet('${await store.localFile(features, 'test.parquet')}')`,
    );
    const session = await openSession(await store.localFile(result, 'model.onnx'), { signature: features.meta.signature });
    const scores = await session.score(
      {
        date: BigInt64Array.from(rows, (row) => row['ms'] as bigint),
        distance: Float32Array.from(rows, (row) => row['raw_distance'] as number),
        origin: rows.map((row) => String(row['raw_origin'])),
        destination: rows.map((row) => String(row['raw_destination'])),
      },
      rows.length,
    );
    await session.release();

    const columns = features.meta.featureNames.map((name) => Float32Array.from(rows, (row) => row[name] as number));
    const expected = predictTrees(await modelOf(result), { rows: rows.length, columns });
    const gap = scores.reduce((most, score, row) => Math.max(most, Math.abs(score - expected[row]!)), 0);
    expect(gap).toBeLessThan(1e-6);
    const auc = areaUnderCurve(
      Float32Array.from(rows, (row) => row['__label'] as number),
      Float64Array.from(scores),
    );
    expect(Math.abs(auc - golden.auc)).toBeLessThan(0.003);

    expect(Object.keys(inspectModel(await store.readFile(result, 'model.onnx')).operators)).toContain(
      'ai.onnx.ml.TreeEnsembleRegressor',
    );
    expect((await store.manifest(result)).files.map(({ name }) => name).sort()).toEqual([
      'model.onnx',
      'samples.json',
      'signature.json',
      'trainer.json',
    ]);
    expect(result.meta).toMatchObject({
      task: 'binary',
      trainer: 'gbdt',
      trees: 40,
      trainRows: features.meta.trainRows,
      featureSet: features.id,
      seed: 42,
    });
    expect([...metrics.keys()]).toEqual(['train_log_loss', 'trees', 'seconds', 'rows_per_second']);
    process.stdout.write(
      `trained ${String(features.meta.trainRows)} rows in ${metrics.get('seconds')!.toFixed(2)} s, AUC ${auc.toFixed(5)} (LightGBM ${golden.auc.toFixed(5)})\n`,
    );
  });

  it('gives the same artifact again, with any number of threads', async () => {
    const some = { trainer: { trees: 12, earlyStopping: 5 } };
    const ids = [];
    for (const threads of [1, 2, 3]) ids.push((await train({ ...some, threads })).id);
    expect(new Set(ids).size).toBe(1);
  });

  it('leaves the main thread free and tells how far it is', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const notes: string[] = [];
    const startedAt = performance.now();
    delay.enable();
    await train(
      { trainer: { trees: 20, earlyStopping: 20 } },
      { progress: (done, total, note) => void notes.push(`${String(done)}/${String(total)} ${note ?? ''}`) },
    );
    delay.disable();
    expect(notes[0]).toBe('0/20 reading the training rows');
    expect(notes.at(-1)).toMatch(/^20\/20 train log_loss 0\.\d+, 0\.\d+ on the newest rows$/);
    expect(delay.max / 1e6).toBeLessThan((performance.now() - startedAt) / 2);
  });

  it('ignores a checkpoint of other data or options, with a warning', async () => {
    const warnings: string[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (text: string) => void warnings.push(text),
    };
    await train({ trainer: { trees: 2 } }, { log, restore: () => Promise.resolve(Buffer.from('other')) });
    expect(warnings).toEqual(['the checkpoint is of other data or options and is left alone']);
  });

  it('refuses wrong hyperparameters before it reads anything', async () => {
    await expect(train({ trainer: { leaves: 1 } })).rejects.toMatchObject({ code: 'TRAINING_PARAMETER_INVALID' });
    await expect(train({ threads: 0 })).rejects.toMatchObject({ code: 'TRAINING_PARAMETER_INVALID' });
  });
});
