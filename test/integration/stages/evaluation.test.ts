import { beforeAll, describe, expect, it } from '@jest/globals';
import { evaluateOperations } from '../../../activities/stages/evaluate.js';
import { evaluateAgain } from '../../../src/evaluation/evaluate-again.js';
import type { FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createTestContext } from '../../test-context.js';
import { temporaryStore } from '../../unit/data/tiny-source.js';
import { EVALUATE, evaluateModel, flightFeatures, hourModel, promote, publishModel } from './evaluation-fixtures.js';

let store: ArtifactStore;
let features: FeatureResult;

beforeAll(async () => {
  store = await temporaryStore();
  features = await flightFeatures(store, '2001-01-01', '2001-01-15');
});

describe('evaluation of a model on real flights', () => {
  it('blesses a first model that beats the base rate, and publishes numbers, report and profile', async () => {
    const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
    const { blessing, result } = await evaluateModel(store, { model, features });
    expect(blessing).toMatchObject({ blessed: true, problems: [], sampleRows: 32 });
    expect(result.decision).toBe('blessed');
    expect(result.gate).toMatchObject({ opponentKind: 'baseline', opponent: 0.5 });
    expect(result.metrics['roc_auc']).toBeGreaterThan(0.55);
    const evaluation = JSON.parse((await store.readFile(result.evaluation, 'evaluation.json')).toString()) as {
      comparison: { rows: number; slices: { column: string; rows: number }[] };
    };
    expect(evaluation.comparison.rows).toBe(features.meta.testRows);
    expect(evaluation.comparison.slices.length).toBeGreaterThan(10);
    expect(evaluation.comparison.slices.every(({ rows }) => rows >= EVALUATE.minSliceRows)).toBe(true);
    const html = (await store.readFile(result.evaluation, 'report.html')).toString();
    expect(html).toContain('Blessed: the challenger may be deployed');
    expect(html).toContain('ROC curve');
    expect(html).not.toMatch(/<script|https?:\/\//);
    const profile = JSON.parse((await store.readFile(result.evaluation, 'profile.json')).toString()) as {
      columns: Record<string, { count: number }>;
    };
    expect(Object.keys(profile.columns).sort()).toEqual(['date', 'distance', 'origin', 'score']);
    expect(profile.columns['score']?.count).toBe(features.meta.testRows);
  });

  it('gives the same artifact again', async () => {
    const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
    const { blessing, result } = await evaluateModel(store, { model, features });
    const again = await evaluateOperations.evaluate(
      { config: EVALUATE, inputs: { model, features }, arguments: { blessing } },
      createTestContext(store),
    );
    expect(again).toEqual(result);
  });

  it('rejects a model that cannot be loaded, with the reason, without scoring it', async () => {
    const model = await publishModel(store, features, Buffer.from('not an ONNX model'));
    const { result } = await evaluateModel(store, { model, features });
    expect(result).toMatchObject({ decision: 'rejected', gate: null, metrics: {} });
    expect(result.reasons[0]).toMatch(/^infra check: ONNX_CORRUPT/);
    expect((await store.readFile(result.evaluation, 'report.html')).toString()).toContain('Rejected');
  });

  it('rejects a model that is too slow', async () => {
    const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
    const { result } = await evaluateModel(store, { model, features }, { ...EVALUATE, infra: { maxP99Ms: 0 } });
    expect(result.decision).toBe('rejected');
    expect(result.reasons[0]).toMatch(/p99 of single rows is [\d.]+ ms, more than 0 ms/);
  });

  it('rejects a worse challenger, keeps the champion for an equal one, and fails closed when the champion is broken', async () => {
    const good = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
    const { result: first } = await evaluateModel(store, { model: good, features });
    const version = await promote(store, first, 'evaluation-1');

    expect(first.comparedWith).toBeNull();
    const again = await evaluateAgain(first, createTestContext(store));
    expect(again).toMatchObject({ decision: 'inconclusive', gate: { delta: 0 }, comparedWith: { version } });
    const gone = { ...first, evaluation: { ...first.evaluation, id: '0'.repeat(16) } };
    expect(await evaluateAgain(gone, createTestContext(store))).toBeNull();

    const worse = await publishModel(store, features, hourModel(features.meta.signature, 0, -0.08));
    const { result: rejected } = await evaluateModel(store, { model: worse, features });
    expect(rejected.decision).toBe('rejected');
    expect(rejected.gate).toMatchObject({ opponentKind: 'champion', opponentVersion: version });
    expect(rejected.reasons[0]).toContain(`worse than champion version ${version}`);

    const { result: equal } = await evaluateModel(store, { model: good, features });
    expect(equal).toMatchObject({ decision: 'inconclusive', gate: { delta: 0 } });

    const broken = await publishModel(store, features, Buffer.from('broken'));
    await promote(store, { ...first, model: broken }, 'evaluation-2');
    await expect(evaluateModel(store, { model: good, features })).rejects.toThrow(
      /the champion cannot be scored: ONNX_LOAD_FAILED/,
    );
  });

  it('names all unknown metrics and slices', async () => {
    const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
    const config = { ...EVALUATE, metrics: ['roc', 'auc'] };
    await expect(evaluateModel(store, { model, features }, config)).rejects.toMatchObject({ code: 'EVALUATION_METRIC_UNKNOWN' });
    await expect(evaluateModel(store, { model, features }, { ...EVALUATE, slices: ['orign'] })).rejects.toThrow(/got orign/);
  });
});
