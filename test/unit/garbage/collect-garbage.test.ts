import { beforeEach, describe, expect, it } from '@jest/globals';
import { keepEntry, secureEntry } from '../../../src/cache/cache-entry.js';
import type { CacheEntry } from '../../../src/contracts/store/cache.js';
import type { GarbageOptions, GarbageSummary } from '../../../src/contracts/store/garbage.js';
import type { JsonValue } from '../../../src/contracts/json.js';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { RunManifest } from '../../../src/contracts/run/run-manifest.js';
import { collectGarbage } from '../../../src/garbage/collect-garbage.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createEndpoints } from '../../../src/registry/endpoints.js';
import { writeManifest } from '../../../src/runs/manifest-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { takeHold } from '../../../src/store/claims/holds.js';
import { publishPage } from '../../../src/store/values/item-pages.js';
import { storeValue } from '../../../src/store/values/stored-values.js';
import { type AgedStore, createAgedStore } from './aged-store.js';

const DAY = 86_400_000;
const HEX = 'a'.repeat(64);

let store: AgedStore;
beforeEach(async () => {
  store = await createAgedStore();
});

const collect = (
  options: GarbageOptions = {},
  open: { readonly workflowIds?: readonly string[]; readonly mentioned?: readonly string[] } = {},
): Promise<GarbageSummary> =>
  collectGarbage(
    {
      objects: store,
      openRuns: () => Promise.resolve({ workflowIds: new Set(open.workflowIds ?? []), mentioned: new Set(open.mentioned ?? []) }),
      signal: new AbortController().signal,
      progress: () => undefined,
    },
    options,
  );

const publish = (text: string, inputs: readonly ArtifactRef[] = [], workflowId = 'gone'): Promise<ArtifactRef> =>
  createArtifactStore(store, { producer: { pipeline: 'p', workflowId, runId: `${workflowId}-1`, step: 's' } }).publish({
    kind: 'files',
    files: [{ name: 'a.txt', mediaType: 'text/plain', content: { bytes: Buffer.from(text) } }],
    meta: { text },
    inputs,
  });

const isWhole = async (ref: ArtifactRef): Promise<boolean> => {
  const artifacts = createArtifactStore(store);
  if (!(await artifacts.exists(ref))) return false;
  await artifacts.readFile(ref, 'a.txt');
  return true;
};

const manifest = (workflowId: string, results: JsonValue, more: Partial<RunManifest> = {}): Promise<void> =>
  writeManifest(store, {
    formatVersion: 1,
    run: { pipeline: 'p', planHash: '', workflowId, runId: `${workflowId}-1` },
    status: 'succeeded',
    steps: [],
    results: { s: results },
    finishedAt: new Date().toISOString(),
    ...more,
  } as unknown as RunManifest);

const entry = (result: JsonValue, createdAt: string): CacheEntry => ({
  formatVersion: 1,
  key: HEX,
  outcome: { result, metrics: {}, cached: false, seconds: 1 },
  by: { workflowId: 'gone', runId: 'gone-1' },
  step: 's',
  createdAt,
});

describe('garbage collection', () => {
  it('removes an artifact that nothing names, with its contents, origin and lineage, and keeps what a model was made from', async () => {
    const data = await publish('data');
    const model = await publish('model', [data]);
    const lost = await publish('lost', [data]);
    await createRegistry(store).register({
      model: 'm',
      artifact: model as ArtifactRef<'model'>,
      evaluation: null,
      metrics: {},
      window: { from: '', to: '' },
      workflowId: 'gone',
      runId: 'gone-1',
    });
    store.age(2 * DAY);
    const summary = await collect();
    expect([await isWhole(model), await isWhole(data), await isWhole(lost)]).toEqual([true, true, false]);
    expect((await store.keys()).filter((key) => key.includes(lost.id))).toEqual([]);
    expect((await store.keys('objects/')).length).toBe(2);
    expect(summary.removed).toMatchObject({ objects: 4 });
    expect(summary.kinds.find(({ kind }) => kind === 'artifact')).toMatchObject({ kept: { objects: 2 }, why: { 'a model': 2 } });
    expect((await collect()).removed.objects).toBe(0);
  });

  it('removes nothing in a dry run and tells the same', async () => {
    await publish('lost');
    store.age(2 * DAY);
    const before = await store.keys();
    const { removed } = await collect({ dryRun: true });
    expect(await store.keys()).toEqual(before);
    expect((await collect()).removed).toEqual(removed);
    expect(await store.keys()).toEqual([]);
  });

  it('leaves alone what is younger than the grace, and a content whose manifest is not written yet', async () => {
    await publish('young');
    await store.put(`objects/${HEX}`, Buffer.from('1'));
    store.age(DAY - 60_000);
    expect((await collect()).removed.objects).toBe(0);
    store.age(2 * 60_000);
    expect((await collect()).removed.objects).toBe(4);
  });

  it.each([
    ['a window of a monitor', 'monitors/m/windows/2001-01-01.drift.json'],
    ['the configuration of an endpoint', 'endpoints/e/config.json'],
    ['the log of a published data set', 'datasets/d/log/000001.json'],
    ['a cursor', 'cursors/p/s.json'],
    ['a trigger', 'triggers/dataset/d/p.json'],
    ['something that is not ours', 'notes/mine.txt'],
  ])('keeps what %s names', async (_, key) => {
    const data = await publish('data');
    const named = await publish('named', [data]);
    await store.put(key, Buffer.from(JSON.stringify({ some: { ref: `files/${named.id}` } })));
    store.age(400 * DAY);
    await collect();
    expect([await isWhole(named), await isWhole(data)]).toEqual([true, true]);
    expect(await store.keys(key)).toEqual([key]);
  });

  it('keeps what an open run mentions, made or has recorded, however old', async () => {
    const mentioned = await publish('mentioned');
    const made = await publish('made', [], 'w/open');
    const recorded = await publish('recorded');
    await store.put('runs/w%2Fopen/r/s.json', Buffer.from(JSON.stringify({ result: recorded })));
    await store.put('checkpoints/w%2Fopen/r/s/00000000-1', Buffer.from('1'));
    await store.put('logs/w%2Fopen/r/s/1/1-1.jsonl', Buffer.from('1'));
    store.age(400 * DAY);
    const open = { workflowIds: ['w/open'], mentioned: [mentioned.id] };
    await collect({}, open);
    expect([await isWhole(mentioned), await isWhole(made), await isWhole(recorded)]).toEqual([true, true, true]);
    expect(
      (await store.keys('runs/')).length + (await store.keys('checkpoints/')).length + (await store.keys('logs/')).length,
    ).toBe(3);
    await collect();
    expect(await store.keys()).toEqual([]);
  });

  it('keeps runs, their logs and all that they made or carry by reference as long as runs are kept', async () => {
    const artifacts = createArtifactStore(store);
    const inside = await publish('inside');
    const page = await publishPage(artifacts, [{ ref: inside }]);
    const value = await storeValue(artifacts, { list: page.ref, more: 'x'.repeat(100) });
    const made = await publish('made', [], 'ended');
    await manifest('ended', value);
    await store.put('runs/ended/ended-1/s.json', Buffer.from('{"result":null}'));
    await store.put('logs/ended/ended-1/s/1/1-1.jsonl', Buffer.from('1'));
    store.age(30 * DAY);
    await collect({ keepRunsMs: 60 * DAY });
    expect([await isWhole(inside), await isWhole(made), await artifacts.exists(page.ref)]).toEqual([true, true, true]);
    await collect({ keepRunsMs: 20 * DAY });
    expect(await store.keys()).toEqual([]);
  });

  it('keeps for ever the record of the run that made a version of a model', async () => {
    const model = await publish('model', [], 'maker');
    await manifest('maker', null);
    await createRegistry(store).register({
      model: 'm',
      artifact: model as ArtifactRef<'model'>,
      evaluation: null,
      metrics: {},
      window: { from: '', to: '' },
      workflowId: 'maker',
      runId: 'maker-1',
    });
    store.age(4000 * DAY);
    await collect();
    expect((await store.keys('runs/')).length).toBe(1);
    expect((await store.keys('run-index/')).length).toBe(1);
  });

  it('keeps checkpoints of a run that failed, and removes those that a run without a failed step left', async () => {
    await manifest('failed', null, { status: 'failed' });
    await manifest('done', null);
    for (const run of ['failed', 'done']) await store.put(`checkpoints/${run}/${run}-1/s/00000000-1`, Buffer.from('1'));
    store.age(2 * DAY);
    await collect();
    expect(await store.keys('checkpoints/')).toEqual(['checkpoints/failed/failed-1/s/00000000-1']);
  });

  it('keeps results in the cache, and what they name, until no run has used them for the time that runs are kept', async () => {
    const artifacts = createArtifactStore(store);
    const made = await publish('made');
    const kept = entry({ ref: made }, new Date(Date.now() - 100 * DAY).toISOString());
    await keepEntry(store, kept);
    store.age(89 * DAY);
    await collect();
    expect(await isWhole(made)).toBe(true);
    expect(await secureEntry(artifacts, kept)).toBe(true);
    store.age(89 * DAY);
    await collect();
    expect(await isWhole(made)).toBe(true);
    store.age(2 * DAY);
    await collect();
    expect(await store.keys()).toEqual([]);
    expect(await secureEntry(artifacts, kept)).toBe(false);
  });

  it('keeps what somebody took hold of, for the time of grace', async () => {
    const held = await publish('held');
    store.age(2 * DAY);
    await takeHold(store, [held.id]);
    await collect();
    expect(await isWhole(held)).toBe(true);
    store.age(2 * DAY);
    await collect();
    expect(await store.keys()).toEqual([]);
  });

  it('removes leases, probes and replicas that nobody writes any more, and keeps the configuration of their endpoint', async () => {
    await createEndpoints(store).write(
      { endpoint: 'e', model: 'm', variants: [], previous: null, reason: 'r', workflowId: 'w' },
      null,
    );
    const dead = ['cache/leases/x.json', 'probes/x', 'endpoints/e/replicas/r.json', 'gc/condemned/x.json'];
    for (const key of dead) await store.put(key, Buffer.from('{"ids":[]}'));
    store.age(2 * DAY);
    await collect();
    expect(await store.keys()).toEqual(['endpoints/e/config.json', 'endpoints/e/log/000001.json']);
  });

  it('removes files of the prediction log whose rows are in a folded one, and no others', async () => {
    const day = 'predictions/e/2001-01-01/';
    const range = '_e0_1_l0_1.parquet';
    const [small, other, fold] = [`a-00000000-000001${range}`, `a-00000000-000009${range}`, `a-00000000-000000-000003${range}`];
    for (const name of [small, other, fold]) await store.put(day + name, Buffer.from('1'));
    await store.put('predictions-aside/e/2001-01-01/x.jsonl', Buffer.from('1'));
    store.age(2 * DAY);
    await collect();
    expect(await store.keys('predictions')).toEqual(['predictions-aside/e/2001-01-01/x.jsonl', day + fold, day + other]);
  });

  it('loses nothing because a record cannot be read', async () => {
    const made = await publish('made', [], 'w');
    const [origin] = (await store.keys()).filter((key) => key.includes('/produced-by/'));
    await store.put(origin ?? '', Buffer.from('{'));
    await store.put('models/m/versions/1.json', Buffer.from('['));
    store.age(400 * DAY);
    await collect();
    expect(await isWhole(made)).toBe(true);
  });

  it('lets another collection end before it begins', async () => {
    await Promise.all([publish('one'), publish('two')]);
    store.age(2 * DAY);
    const summaries = await Promise.all([collect(), collect()]);
    expect(summaries.map(({ removed }) => removed.objects).sort()).toEqual([0, 6]);
    expect(await store.keys()).toEqual([]);
  });
});
