import { beforeAll, describe, expect, it } from '@jest/globals';
import { evaluateOperations } from '../../../activities/stages/evaluate.js';
import { trainOperations } from '../../../activities/stages/train.js';
import type { EvaluateConfig, EvaluateResult } from '../../../src/contracts/stages/evaluate.js';
import type { FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { GbdtSpec, TrainResult } from '../../../src/contracts/stages/train.js';
import { evaluateAgain } from '../../../src/evaluation/evaluate-again.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createTestContext } from '../../test-context.js';
import { temporaryStore } from '../../unit/data/tiny-source.js';
import { EVALUATE, evaluateModel, flightFeatures, promote } from './evaluation-fixtures.js';

const TRAINER: GbdtSpec = {
  trainer: 'gbdt',
  trees: 20,
  learningRate: 0.1,
  leaves: 15,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 3,
};
const CONFIG: EvaluateConfig = { ...EVALUATE, slices: [], refit: { threads: 2 } };

let store: ArtifactStore;
let features: FeatureResult;
let twin: TrainResult;
let evaluation: EvaluateResult;

const refit = (changes: Partial<EvaluateResult> = {}, model = twin): Promise<EvaluateResult> =>
  evaluateOperations.refit(
    { config: CONFIG, inputs: { model, features }, arguments: { evaluation: { ...evaluation, ...changes } } },
    createTestContext(store),
  );

beforeAll(async () => {
  store = await temporaryStore();
  features = await flightFeatures(store, '2001-01-01', '2001-01-11');
  const task = { config: { trainer: TRAINER, threads: 2, seed: 7 }, inputs: { features }, arguments: {} };
  twin = await trainOperations.train(task, createTestContext(store));
  evaluation = (await evaluateModel(store, { model: twin, features }, CONFIG)).result;
});

describe('the refit of a blessed model', () => {
  it('is fitted on all rows with the settings of its twin, goes on in its place, and says so', async () => {
    expect(evaluation.decision).toBe('blessed');
    const { model, ...rest } = await refit();
    const rows = features.meta.trainRows + features.meta.testRows;
    expect(model.id).not.toBe(twin.id);
    expect(model.meta).toMatchObject({ refitOf: twin.id, trainRows: rows, trees: twin.meta.trees, seed: 7 });
    expect(model.meta.trainFrom).toBe(twin.meta.trainFrom);
    expect(model.meta.testFrom).toBe(twin.meta.testTo);
    expect(rest).toMatchObject({ metrics: evaluation.metrics, evaluation: { meta: { candidate: twin.id, refit: model.id } } });
    expect(rest.reasons.at(-1)).toBe(`refitted on ${rows} rows up to ${model.meta.testTo.slice(0, 10)}, those of the test too`);
    expect((await store.manifest(model)).inputs).toContainEqual(expect.objectContaining({ kind: 'model', id: twin.id }));
    expect((await refit()).model.id).toBe(model.id);
  });

  it('may be promoted by the evaluation of its twin, which is the one that is judged when rows of its fit are tested', async () => {
    const refitted = await refit();
    const version = await promote(store, refitted, 'refit');
    // The very rows and the very model: a difference would mean that the champion had a lead on rows that it was fitted on.
    const { result } = await evaluateModel(store, { model: twin, features }, CONFIG);
    expect(result.gate).toMatchObject({ opponentVersion: version, delta: 0 });
    expect(await evaluateAgain(refitted, createTestContext(store))).toMatchObject({ gate: { delta: 0 }, model: { id: twin.id } });
  });

  it('says by which model it was scored, and rejects nothing for losing to one that may have seen the test rows', async () => {
    const refitted = await refit();
    await promote(store, refitted, 'refit');
    const { result: fair } = await evaluateModel(store, { model: twin, features }, CONFIG);
    expect(fair.reasons.at(-1)).toMatch(
      /^champion version \d+ was refitted on rows up to 2001-01-1\S+: its twin before the refit, /,
    );
    expect(fair.reasons.at(-1)).toContain(`model/${twin.id}, was scored in its place`);

    // The test rows of an earlier window are among those that the twin was fitted on.
    const earlier = await flightFeatures(store, '2001-01-01', '2001-01-08');
    const trainer = { ...TRAINER, trees: 1, leaves: 2, earlyStopping: 0 };
    const task = { config: { trainer, threads: 2, seed: 7 }, inputs: { features: earlier }, arguments: {} };
    const stump = await trainOperations.train(task, createTestContext(store));
    const { result } = await evaluateModel(store, { model: stump, features: earlier }, CONFIG);
    expect(result.gate?.deltaHigh).toBeLessThan(0);
    expect(result.decision).toBe('inconclusive');
    expect(result.reasons.at(-1)).toBe(
      `the twin was fitted on rows up to ${twin.meta.testFrom}, the test rows begin at ${earlier.meta.testFrom}: ` +
        'it may have seen them, which gives it a lead',
    );
  });

  it('leaves its place to its twin when it is worse on rows that it was fitted on, or cannot be repeated', async () => {
    const trainer = JSON.parse((await store.readFile(twin, 'trainer.json')).toString('utf8')) as { readonly trainer: GbdtSpec };
    const { files, inputs } = await store.manifest(twin);
    // Says that it has stumps, so that its refit gets no more.
    const stumps = Buffer.from(JSON.stringify({ ...trainer, trainer: { ...trainer.trainer, leaves: 2 } }));
    const copies = files.map(async ({ name, mediaType }) => ({
      name,
      mediaType,
      content: { bytes: name === 'trainer.json' ? stumps : await store.readFile(twin, name) },
    }));
    const better = await store.publish({ kind: 'model', files: await Promise.all(copies), meta: twin.meta, inputs });
    const worse = await refit({ model: better }, better);
    expect(worse.model.id).toBe(better.id);
    expect(worse.reasons.at(-1)).toMatch(
      /^not refitted on all rows: roc_auc of the refit is 0\.\d+ on rows that it was fitted on/,
    );
    const changed = { ...trainer, learningRates: [{ fromTree: 3, learningRate: 0.5 }] };
    const byHand = await store.publish({
      kind: 'model',
      files: [{ name: 'trainer.json', mediaType: 'application/json', content: { bytes: Buffer.from(JSON.stringify(changed)) } }],
      meta: twin.meta,
      inputs: [],
    });
    expect((await refit({ model: byHand }, byHand)).reasons.at(-1)).toBe(
      'not refitted on all rows: its learning rate was changed by hand',
    );
  });
});
