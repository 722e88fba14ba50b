import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheSpec } from '../../../src/contracts/plan.js';
import type { StepTask } from '../../../src/contracts/run.js';
import type { StepCaching } from '../../../src/cache/step-cache.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { objectKey } from '../../../src/store/artifacts/artifact-keys.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import type { HeartbeatDetails } from '../../../src/worker/step/attempt/heartbeats.js';
import { writeOrders } from '../../../src/worker/step/attempt/step-orders.js';
import { NO_ORDERS, type StepOrders } from '../../../src/contracts/run/live-control.js';
import { runStep, type StepSurroundings, type StepWork } from '../../../src/worker/step/run-step.js';
import type { RecordedOutcome } from '../../../src/worker/step/step-record.js';

const untilAborted: StepWork = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

const CACHE = { version: null, environment: [], expiresMs: null, use: true } as const;
const caching = (changes: Partial<StepCaching> = {}): StepCaching => ({
  code: () => Promise.resolve({ function: 'f' }),
  operation: {},
  leaseMs: 300,
  ...changes,
});

describe('a step with the cache', () => {
  let folder: string;
  let objects: ObjectStore;
  let computed: string[];
  let beats: HeartbeatDetails[];

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-cache-'));
    objects = await openObjectStore(folder);
    computed = [];
    beats = [];
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const taskOf = (runId: string, changes: Partial<StepTask> = {}): StepTask => ({
    run: { pipeline: 'p', planHash: 'h', workflowId: runId, runId },
    step: 's',
    kind: 'step',
    operation: 'step',
    occurrence: 0,
    config: {},
    inputs: {},
    parameters: {},
    arguments: {},
    cache: CACHE,
    ...changes,
  });
  const surroundings = (changes: Partial<StepSurroundings> = {}): StepSurroundings => ({
    activityId: 's',
    attempt: 1,
    objects,
    temporal: null,
    lastHeartbeat: null,
    heartbeatTimeoutMs: 30_000,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    signal: new AbortController().signal,
    heartbeat: (details) => beats.push(details),
    caching: caching(),
    ...changes,
  });
  const work: StepWork = async (task, context) => {
    computed.push(task.run.runId);
    context.metric('rows', 3);
    const bytes = Buffer.from('x');
    const file = { name: 'x', mediaType: 'text/plain', content: { bytes } };
    return { value: await context.artifacts.publish({ kind: 'value', files: [file], meta: {}, inputs: [] }) };
  };
  const run = (
    runId: string,
    changes: Partial<StepTask> = {},
    around: Partial<StepSurroundings> = {},
  ): ReturnType<typeof runStep> => runStep(taskOf(runId, changes), work, surroundings(around));
  const reasonOf = async (runId: string): Promise<string | undefined> => {
    const { bytes } = await objects.get(`runs/${runId}/${runId}/s.json`);
    return (JSON.parse(bytes.toString()) as RecordedOutcome).cache?.reason;
  };
  const entries = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of objects.list('cache/')) if (/^cache\/[0-9a-f]{64}\.json$/.test(key)) keys.push(key);
    return keys;
  };
  const cacheWith = (changes: Partial<CacheSpec & { use: boolean; forced: true }>): Partial<StepTask> => ({
    cache: { ...CACHE, ...changes },
  });

  it('takes the result of an earlier run, without a heartbeat, and says why', async () => {
    const first = await run('r1');
    expect(first.cached).toBe(false);
    beats = [];
    const second = await run('r2');
    expect(second).toEqual({ ...first, cached: true });
    expect(computed).toEqual(['r1']);
    expect(beats).toEqual([]);
    expect(await reasonOf('r1')).toBe('first time');
    expect(await reasonOf('r2')).toBe('unchanged since run r1');
  });

  it('is left alone by a step that is not cached', async () => {
    const { cache, ...task } = taskOf('r1');
    expect(cache).toEqual(CACHE);
    await runStep(task, work, surroundings());
    await runStep({ ...task, run: { ...task.run, runId: 'r2' } }, work, surroundings());
    expect(computed).toEqual(['r1', 'r2']);
    expect(await entries()).toEqual([]);
  });

  it('says what changed', async () => {
    await run('r1', { parameters: { trees: 100 }, config: { trainer: { trees: 100 } } });
    await run('r2', { parameters: { trees: 200 }, config: { trainer: { trees: 200 } } });
    expect(await reasonOf('r2')).toBe('parameter trees changed: 100 -> 200');
    await run('r3', {}, { caching: caching({ code: () => Promise.resolve({ function: 'g', 'package x': '2' }) }) });
    expect(await reasonOf('r3')).toContain('code changed; version of package x changed: nothing -> 2');
    expect(computed).toEqual(['r1', 'r2', 'r3']);
  });

  it('takes nothing when forced, switched off or expired, and keeps what it computes', async () => {
    await run('r1');
    await run('r2', cacheWith({ use: false, forced: true }));
    await run('r3', cacheWith({ use: false }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await run('r4', cacheWith({ expiresMs: 1 }));
    expect(computed).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(await Promise.all(['r2', 'r3', 'r4'].map(reasonOf))).toEqual([
      'forced',
      'the cache is switched off for this run',
      'expired',
    ]);
    expect(await run('r5')).toMatchObject({ cached: true });
    expect(await reasonOf('r5')).toBe('unchanged since run r4');
  });

  it('computes again when an artifact of the result is gone, its manifest or its bytes', async () => {
    const { result } = await run('r1');
    const { id } = (result as { value: { id: string } }).value;
    const artifacts = createArtifactStore(objects);
    const [file] = (await artifacts.manifest({ kind: 'value', id })).files;
    await objects.delete(objectKey(file?.sha256 ?? ''));
    await run('r2');
    await objects.delete(`artifacts/value/${id}.json`);
    await run('r3');
    expect(computed).toEqual(['r1', 'r2', 'r3']);
    expect(await reasonOf('r2')).toBe(`artifact gone: value/${id}`);
    expect(await run('r4')).toMatchObject({ cached: true });
  });

  it('replaces an entry that cannot be read', async () => {
    await run('r1');
    const [key = ''] = await entries();
    for (const damaged of ['', '{', '{"formatVersion":1,"key":"other","outcome":{},"by":{},"createdAt":"x"}']) {
      await objects.put(key, Buffer.from(damaged));
      const runId = `after-${damaged.length}`;
      await run(runId);
      expect(await reasonOf(runId)).toBe('the kept result could not be read');
    }
    expect(await run('r9')).toMatchObject({ cached: true });
  });

  it('keeps nothing of a failed step or of a result that its operation does not keep', async () => {
    const failing: StepWork = () => Promise.reject(new Error('no'));
    await expect(runStep(taskOf('r1'), failing, surroundings())).rejects.toMatchObject({ code: 'EXECUTION_STEP_FAILED' });
    expect(await run('r2', {}, { caching: caching({ operation: { keeps: () => false } }) })).toMatchObject({ cached: false });
    expect(await entries()).toEqual([]);
    expect(await run('r3', {}, { caching: caching({ operation: { reads: () => Promise.resolve(null) } }) })).toMatchObject({
      cached: false,
    });
    expect(await entries()).toEqual([]);
  });

  it('keeps no result that orders had a part in, and any other of a step that takes orders', async () => {
    const live = { live: { rate: { type: 'number' } } };
    const orders = (runId: string, given: Partial<StepOrders>): Promise<void> =>
      writeOrders(objects, { workflowId: runId, runId, activityId: 's', orders: { ...NO_ORDERS, ...given } });
    await orders('r1', { stopped: true });
    await orders('r2', { values: { rate: 0.5 } });
    await orders('r3', { snapshots: 1 });
    for (const runId of ['r1', 'r2']) {
      expect(await run(runId, live)).toMatchObject({ cached: false });
      expect(await entries()).toEqual([]);
    }
    await run('r1', live, { attempt: 2 });
    expect(computed).toEqual(['r1', 'r2']);
    expect(await run('r3', live)).toMatchObject({ cached: false });
    expect(await run('r4', live)).toMatchObject({ cached: true });
    expect(await reasonOf('r3')).toBe('no result was kept');
  });

  it('goes with what the operation reads', async () => {
    const reading = (files: string): Partial<StepSurroundings> => ({
      caching: caching({ operation: { reads: () => Promise.resolve({ champion: files }) } }),
    });
    await run('r1', {}, reading('none'));
    await run('r2', {}, reading('version 1'));
    expect(await reasonOf('r2')).toBe('champion changed: none -> version 1');
  });

  it('computes once for two runs at a time; the one that waits says for whom', async () => {
    let finish: () => void = () => undefined;
    const open = new Promise<void>((resolve) => (finish = resolve));
    const slow: StepWork = async (task, context) => {
      await open;
      return work(task, context);
    };
    const first = runStep(taskOf('r1'), slow, surroundings());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = runStep(taskOf('r2'), slow, surroundings({ activityId: 's', heartbeatTimeoutMs: 30 }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(beats.map(({ progress }) => progress?.note)).toContain('waiting for run r1, which computes the same');
    finish();
    expect(await second).toEqual({ ...(await first), cached: true });
    expect(computed).toEqual(['r1']);
  });

  it('takes over from a run that fails or has gone silent, and leaves when cancelled', async () => {
    const cancel = new AbortController();
    const stuck = runStep(taskOf('gone'), untilAborted, surroundings({ signal: cancel.signal }));
    const left = expect(stuck).rejects.toThrow('over');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = new AbortController();
    const waiter = runStep(taskOf('r1'), work, surroundings({ signal: waiting.signal }));
    setTimeout(() => {
      waiting.abort(new Error('cancelled'));
    }, 200);
    await expect(waiter).rejects.toThrow('cancelled');
    expect(computed).toEqual([]);
    // A holder that was killed: its lease is there, nobody renews it.
    const lease = { workflowId: 'dead', runId: 'dead', activityId: 's', beat: 4 };
    for await (const { key } of objects.list('cache/leases/')) await objects.put(key, Buffer.from(JSON.stringify(lease)));
    expect(await run('r2')).toMatchObject({ cached: false });
    expect(computed).toEqual(['r2']);
    cancel.abort(new Error('over'));
    await left;
  });
});
