import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { continuousTrainingId } from '../../../src/contracts/entities/continuous-training.js';
import type { StepFailure } from '../../../src/contracts/run.js';
import { failureCode } from '../../../src/client/index.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createEndpoints } from '../../../src/registry/endpoints.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { day, drift, letGo, policyOf, settled, startTrainingBench, type TrainingBench } from './continuous-training-fixtures.js';

const DAY_MS = 86_400_000;

let bench: TrainingBench;
beforeAll(async () => {
  bench = await startTrainingBench();
});
afterAll(() => bench.stop());

const refusal = (model: string, name: string, argument: unknown): Promise<StepFailure> =>
  bench.update(model, name, argument).then(
    (answer) => ({ code: 'none', message: JSON.stringify(answer), details: null }),
    (error: unknown) => failureCode(error),
  );

describe('a retraining by hand', () => {
  it('starts at once, past debounce, cool-down and budget, over the window that is asked for', async () => {
    await bench.begin('by-hand', { debounceMs: 60_000, coolDownMs: 365 * DAY_MS, budget: { runs: 1, perMs: 365 * DAY_MS } });
    const now = { by: 'ada', reason: 'new labels', at: day(7) };
    expect(await bench.update('by-hand', 'retrainNow', now)).toEqual({
      workflowId: `${continuousTrainingId('by-hand')}/retrain-1`,
    });
    await bench.until('by-hand', settled(1));
    expect(await bench.update('by-hand', 'retrainNow', { by: 'ada', at: day(8) })).toMatchObject({
      workflowId: expect.stringMatching(/retrain-2$/),
    });
    const { decisions } = await bench.until('by-hand', settled(2));
    expect(decisions[0]).toMatchObject({ triggers: [{ kind: 'manual', by: 'ada', reason: 'new labels' }] });
    expect(decisions[1]).toMatchObject({ parameters: { from: '2001-01-12', to: '2001-02-09' } });
  });

  it('is refused without a policy, without a name, while a run is under way and while paused', async () => {
    await bench.send('refusing', drift('a', day(7)));
    const now = { by: 'ada' };
    expect(await refusal('refusing', 'retrainNow', now)).toMatchObject({
      code: 'EXECUTION_UPDATE_REFUSED',
      message: expect.stringContaining('no retrain policy'),
    });
    await bench.update('refusing', 'setPolicy', policyOf('refusing', { parameters: { mode: 'held' } }));
    for (const by of ['', ' ', undefined]) {
      const { message } = await refusal('refusing', 'retrainNow', { by });
      expect(message).toContain('`by` must be a text');
    }
    expect((await refusal('refusing', 'retrainNow', { by: 'ada', at: 'soon' })).message).toContain('`at` must be an ISO date');
    await bench.until('refusing', ({ active }) => active !== null);
    expect((await refusal('refusing', 'retrainNow', now)).message).toContain('retrain-1 is still running');
    await letGo('refusing', 1);
    await bench.until('refusing', settled(1));
    await bench.update('refusing', 'pause', { paused: true, by: 'grace' });
    expect((await refusal('refusing', 'retrainNow', now)).message).toContain('paused');
    expect((await bench.status('refusing')).started).toBe(1);
  });
});

describe('a pause', () => {
  it('keeps the signals for later and says who asked for it', async () => {
    await bench.begin('paused');
    await bench.update('paused', 'pause', { paused: true, by: 'grace' });
    await bench.send('paused', drift('a', day(7)));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await bench.explain('paused')).toMatchObject({ reason: 'paused by grace', pending: [{ id: 'a' }] });
    expect(await refusal('paused', 'pause', { paused: 'no' })).toMatchObject({
      message: '`paused` must be true or false; `by` must be a text that is not empty, of at most 256 characters',
    });
    await bench.update('paused', 'pause', { paused: false, by: 'grace' });
    expect((await bench.until('paused', settled(1))).pausedBy).toBeNull();
  });
});

describe('a policy', () => {
  it('can be replaced, and the next run is by the new one', async () => {
    await bench.begin('replaced');
    const next = policyOf('replaced', { window: { lengthMs: 7 * DAY_MS, from: 'from', to: 'to' } });
    expect(await bench.update('replaced', 'setPolicy', next)).toEqual(next);
    await bench.send('replaced', drift('a', day(7)));
    const { decisions } = await bench.until('replaced', settled(1));
    expect(decisions[0]?.parameters).toEqual({ from: '2001-02-01', to: '2001-02-08' });
  });

  it('that is no policy is refused with all that is wrong', async () => {
    const { message } = await refusal('replaced', 'setPolicy', { ...policyOf('another'), clock: 'sun', debounceMs: -1 });
    expect(message).toBe(
      '`model` must be "replaced"; `debounceMs` must be milliseconds, 0 or more; `clock` must be event or wall',
    );
    expect((await refusal('replaced', 'setPolicy', null)).message).toContain('`pipeline` must name a pipeline');
    expect((await bench.status('replaced')).policy?.model).toBe('replaced');
  });
});

describe('a signal that cannot be read', () => {
  it('does not stop the continuous training', async () => {
    await bench.begin('robust');
    const handle = bench.temporal.workflow.getHandle(continuousTrainingId('robust'));
    const wrong = [null, 'drift', {}, { ...drift('x', 'yesterday') }, { ...drift('y', day(7)), kind: 'rain' }];
    for (const payload of [...wrong, { ...drift('z', day(7)), score: 'high' }]) await handle.signal('trigger', payload);
    await handle.signal('runFinished', null);
    await handle.signal('policy', { model: 'robust' });
    await bench.send('robust', drift('good', day(7)));
    const { decisions } = await bench.until('robust', settled(1));
    expect(decisions[0]?.triggers).toMatchObject([{ id: 'good' }]);
  });
});

describe('a rollback', () => {
  const MODEL = 'rolling';

  it('puts the version before back as champion and alone on the endpoint, again one further each time', async () => {
    const artifacts = createArtifactStore(bench.objects);
    const registry = createRegistry(bench.objects);
    const endpoints = createEndpoints(bench.objects);
    const versions = [];
    for (const n of [1, 2, 3]) {
      const content = { bytes: Buffer.from(`model ${n}`) };
      const files = [{ name: 'model.onnx', mediaType: 'application/octet-stream', content }];
      const artifact = await artifacts.publish({ kind: 'model', files, meta: { n }, inputs: [] });
      const window = { from: day(0), to: day(n) };
      const run = { workflowId: `run-${n}`, runId: `run-${n}` };
      const { version } = await registry.register({ model: MODEL, artifact, evaluation: null, metrics: {}, window, ...run });
      const expectedChampion = n === 1 ? null : n - 1;
      await registry.promote({
        model: MODEL,
        version,
        expectedChampion,
        basis: { person: 'test', reason: 'test' },
        workflowId: run.workflowId,
      });
      versions.push({ version, artifact });
    }
    const [first, second, third] = versions;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three versions are registered');
    const draft = { model: MODEL, previous: null, reason: 'test', workflowId: 'test' };
    const champion = { ...third, variant: 'champion', weight: 100 } as const;
    await endpoints.write({ endpoint: 'one', ...draft, variants: [champion] }, null);
    await endpoints.write({ endpoint: 'other', ...draft, model: 'other', variants: [champion] }, null);
    const serving = async (endpoint: string): Promise<unknown> =>
      (await endpoints.read(endpoint))?.config.variants.map(({ variant, version, weight }) => [variant, version, weight]);

    await bench.begin(MODEL);
    const request = { by: 'ada', reason: 'complaints' };
    expect(await bench.update(MODEL, 'rollback', request)).toEqual({ model: MODEL, champion: 2, endpoints: ['one'] });
    expect(await serving('one')).toEqual([['champion', 2, 100]]);
    expect((await endpoints.read('one'))?.config).toMatchObject({ revision: 2, previous: { version: 3 }, reason: 'complaints' });
    expect((await registry.alias(MODEL, 'champion'))?.record).toMatchObject({ version: 2, movedBy: 'ada', reason: 'complaints' });

    expect(await bench.update(MODEL, 'rollback', request)).toEqual({ model: MODEL, champion: 1, endpoints: ['one'] });
    expect(await serving('one')).toEqual([['champion', 1, 100]]);
    expect(await serving('other')).toEqual([['champion', 3, 100]]);
    expect(await refusal(MODEL, 'rollback', request)).toMatchObject({ code: 'REGISTRY_NO_PREVIOUS' });
    const promotion = { version: 3, by: 'ada', reason: 'another cause' };
    expect(await bench.update(MODEL, 'promote', promotion)).toEqual({ model: MODEL, champion: 3, endpoints: ['one'] });
    expect(await serving('one')).toEqual([['champion', 3, 100]]);
    expect((await registry.alias(MODEL, 'previous'))?.record.version).toBe(1);
    expect(await refusal(MODEL, 'promote', { ...promotion, version: 9 })).toMatchObject({ code: 'REGISTRY_VERSION_NOT_FOUND' });
    expect(await refusal(MODEL, 'promote', { ...promotion, version: 0 })).toMatchObject({ code: 'EXECUTION_UPDATE_REFUSED' });
    expect(await refusal(MODEL, 'rollback', { by: 'ada' })).toMatchObject({ code: 'EXECUTION_UPDATE_REFUSED' });
    await registry.verifyLog(MODEL);
    expect((await bench.explain(MODEL)).reason).toContain('no trigger of the policy is pending');
  });
});
