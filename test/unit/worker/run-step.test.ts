import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StepTask } from '../../../src/contracts/run.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { DeviceLeases } from '../../../src/worker/devices/device-leases.js';
import type { HeartbeatDetails } from '../../../src/worker/step/attempt/heartbeats.js';
import { runStep, type StepSurroundings, type StepWork } from '../../../src/worker/step/run-step.js';

const task: StepTask = {
  run: { pipeline: 'p', planHash: 'abc', workflowId: 'team/run 1', runId: 'r1' },
  step: 'train',
  kind: 'train',
  operation: 'train',
  occurrence: 0,
  config: {},
  inputs: {},
  parameters: {},
  arguments: {},
};

function countedReads(objects: ObjectStore, asked: string[]): ObjectStore {
  return {
    uri: objects.uri,
    get: (...given) => (asked.push('get'), objects.get(...given)),
    head: (key) => (asked.push('head'), objects.head(key)),
    list: (prefix) => (asked.push('list'), objects.list(prefix)),
    delete: (key) => (asked.push('delete'), objects.delete(key)),
    getFile: (...given) => (asked.push('getFile'), objects.getFile(...given)),
    localPath: (key) => objects.localPath(key),
    put: (...given) => objects.put(...given),
    putIfAbsent: (...given) => objects.putIfAbsent(...given),
    putIfMatch: (...given) => objects.putIfMatch(...given),
    putFile: (...given) => objects.putFile(...given),
  };
}

describe('the wrapper of every step', () => {
  let folder: string;
  let objects: ObjectStore;
  let beats: HeartbeatDetails[];

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-step-'));
    objects = await openObjectStore(folder);
    beats = [];
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const surroundings = (changes: Partial<StepSurroundings> = {}): StepSurroundings => ({
    activityId: 'train',
    attempt: 1,
    objects,
    temporal: null,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    signal: new AbortController().signal,
    heartbeatTimeoutMs: 300,
    lastHeartbeat: null,
    heartbeat: (details) => beats.push(details),
    ...changes,
  });

  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of objects.list(prefix)) found.push(key);
    return found;
  };

  it('records the result, and gives it to a later attempt without running again', async () => {
    let runs = 0;
    const work: StepWork = async (_task, context) => {
      runs += 1;
      context.metric('auc', 0.75);
      return { rows: runs };
    };
    const first = await runStep(task, work, surroundings());
    const second = await runStep(task, work, surroundings({ attempt: 2 }));
    expect(first).toMatchObject({ result: { rows: 1 }, metrics: { auc: 0.75 }, cached: false });
    expect(second).toEqual({ ...first, cached: true });
    expect(runs).toBe(1);
    expect(await keys('runs/')).toEqual(['runs/team%2Frun%201/r1/train.json']);
  });

  it('asks nothing of the store before a first attempt', async () => {
    const asked: string[] = [];
    const watched = new Proxy(objects, {
      get: (store, name) => {
        const member: unknown = Reflect.get(store, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => {
          asked.push(String(name));
          return Reflect.apply(member, store, given);
        };
      },
    });
    await runStep(task, async () => 1, surroundings({ objects: watched }));
    expect(asked).toEqual(['putIfAbsent']);
  });

  it.each([
    ['was lost with its worker', { again: true }],
    ['is a local activity, of which Temporal counts no attempts', { activityId: 'train' }],
  ] as const)('finds the recorded outcome when the activity %s', async (_, changes) => {
    await runStep(task, async () => 'first', surroundings());
    const again = await runStep({ ...task, ...changes }, async () => 'second', surroundings());
    expect(again).toMatchObject({ result: 'first', cached: true });
  });

  it.each([
    ['nested 100,000 deep in lists', 100_000, (inner: unknown): unknown => [inner]],
    ['nested 100,000 deep in objects', 100_000, (inner: unknown): unknown => ({ inner })],
  ] as const)('refuses a result that is %s', async (_, depth, around) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level++) value = around(value);
    await expect(runStep(task, async () => value, surroundings())).rejects.toMatchObject({
      code: 'EXECUTION_RESULT_NOT_JSON',
      message: expect.stringContaining('nested deeper than 200'),
    });
  });

  it('keeps the first outcome when somebody resets the count of attempts', async () => {
    await runStep(task, async () => 'first', surroundings());
    expect(await runStep(task, async () => 'second', surroundings())).toMatchObject({ result: 'first', cached: true });
  });

  it('lets the first of two attempts that both finish win', async () => {
    let release = (): void => undefined;
    const slow = runStep(
      task,
      () =>
        new Promise(
          (resolve) =>
            (release = () => {
              resolve('slow');
            }),
        ),
      surroundings(),
    );
    while (beats.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const quick = await runStep(task, async () => 'quick', surroundings({ attempt: 2 }));
    release();
    expect(quick.result).toBe('quick');
    expect((await slow).result).toBe('quick');
  });

  it('keeps checkpoints durable before it tells of them, gives the newest to the next attempt, and removes them at the end', async () => {
    const failing: StepWork = async (_task, context) => {
      for (const epoch of [1, 2, 3]) await context.checkpoint(Buffer.from(`epoch ${epoch}`));
      throw new Error('out of memory');
    };
    await expect(runStep(task, failing, surroundings())).rejects.toMatchObject({ code: 'EXECUTION_STEP_FAILED' });
    const kept = await keys('checkpoints/');
    expect(kept).toHaveLength(2);
    expect(beats.at(-1)?.checkpoint).toBe(kept.at(-1));
    const resuming: StepWork = async (_task, context) => (await context.restore())?.toString('utf8');
    expect((await runStep(task, resuming, surroundings({ attempt: 2, activityId: 'train~2' }))).result).toBe('epoch 3');
    expect(await keys('checkpoints/')).toEqual([]);
  });

  it('lets a run that recovers another go on from its checkpoints', async () => {
    const failing: StepWork = async (_task, context) => {
      await context.checkpoint(Buffer.from('half'));
      throw new Error('out of memory');
    };
    await expect(runStep(task, failing, surroundings())).rejects.toMatchObject({ code: 'EXECUTION_STEP_FAILED' });
    const restoring: StepWork = async (_task, context) => (await context.restore())?.toString('utf8') ?? 'nothing';
    const other = { ...task, run: { ...task.run, workflowId: 'team/run 2', runId: 'r2' } };
    expect((await runStep(other, restoring, surroundings())).result).toBe('nothing');
    const { workflowId, runId } = task.run;
    const recovered = { ...task, run: { ...other.run, workflowId: 'team/run 3', origin: { workflowId, runId } } };
    expect((await runStep(recovered, restoring, surroundings())).result).toBe('half');
    expect(await keys('checkpoints/')).toEqual([]);
  });

  it('asks little of the store for a step with a line of log and checkpoints', async () => {
    const asked: string[] = [];
    const counted: ObjectStore = {
      ...countedReads(objects, asked),
      put: (...given) => (asked.push('put'), objects.put(...given)),
      putIfAbsent: (...given) => (asked.push('putIfAbsent'), objects.putIfAbsent(...given)),
      putIfMatch: (...given) => (asked.push('putIfMatch'), objects.putIfMatch(...given)),
      putFile: (...given) => (asked.push('putFile'), objects.putFile(...given)),
    };
    const work: StepWork = async (_task, context) => {
      context.log.info('working');
      for (const epoch of [1, 2, 3]) await context.checkpoint(Buffer.from(`epoch ${epoch}`));
      return 1;
    };
    await runStep(task, work, surroundings({ objects: counted }));
    const count = (name: string): number => asked.filter((each) => each === name).length;
    expect({ put: count('put'), putIfAbsent: count('putIfAbsent'), list: count('list'), head: count('head') }).toEqual({
      put: 4,
      putIfAbsent: 1,
      list: 0,
      head: 0,
    });
  });

  it('gives each attempt an empty folder of its own and removes it whatever happens', async () => {
    const seen: string[] = [];
    const work: StepWork = async (_task, { scratch }) => {
      seen.push(scratch);
      expect(await fs.readdir(scratch)).toEqual([]);
      await fs.writeFile(path.join(scratch, 'big.bin'), 'x');
      throw new PipelineError('STORE_FULL', { what: 'no space' });
    };
    for (const attempt of [1, 2])
      await expect(runStep(task, work, surroundings({ attempt }))).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(new Set(seen).size).toBe(2);
    for (const scratch of seen) await expect(fs.stat(scratch)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('heartbeats by itself while the step works, with its newest progress', async () => {
    const work: StepWork = async (_task, context) => {
      context.progress(1, 4, 'epoch 1');
      while (beats.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      return null;
    };
    await runStep(task, work, surroundings());
    expect(beats.at(-1)).toMatchObject({ progress: { done: 1, total: 4, note: 'epoch 1' }, checkpoint: null });
    expect(beats.at(-1)?.process?.rssMiB).toBeGreaterThan(0);
  });

  it('names every place of a result that JSON would damage', async () => {
    const result = {
      auc: Number.NaN,
      list: [1, Infinity],
      when: new Date(0),
      table: new Map(),
      weights: new Float32Array(2),
      f: () => 1,
      none: undefined,
    };
    const error: unknown = await runStep(task, async () => result, surroundings()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'EXECUTION_RESULT_NOT_JSON',
      details: {
        problems: [
          'result.auc is NaN',
          'result.list[1] is Infinity',
          'result.when is a Date',
          'result.table is a Map',
          'result.weights is a Float32Array',
          'result.f is a function',
          'result.none is undefined',
        ],
      },
    });
  });

  it('refuses a result above 32 KiB of code of the user, naming its largest field', async () => {
    const own: StepTask = { ...task, kind: 'step' };
    const attempt = runStep(own, async () => ({ small: 1, rows: 'x'.repeat(40_000) }), surroundings());
    await expect(attempt).rejects.toMatchObject({
      code: 'EXECUTION_RESULT_TOO_LARGE',
      message: expect.stringContaining('"rows"'),
    });
  });

  it('refuses a metric that is not a finite number', async () => {
    const work: StepWork = async (_task, context) => {
      context.metric('loss', Number.NaN);
      return null;
    };
    await expect(runStep(task, work, surroundings())).rejects.toMatchObject({ code: 'EXECUTION_METRIC_NOT_FINITE' });
  });

  it('takes of a stage what grows with the columns of its data, and gives of it as much as the run asks for', async () => {
    const columns = Array.from({ length: 5_000 }, (_, n) => ({ name: `measure_${n}`, min: 0, max: 1 }));
    const work: StepWork = async () => ({ status: 'passed', columns });
    const carried = await runStep({ ...task, inlineBytes: 8_192 }, work, surroundings());
    expect(JSON.stringify(carried.result).length).toBeLessThan(8_192);
    expect(carried.result).toMatchObject({ status: 'passed' });
    const seen: unknown[] = [];
    const look: StepWork = async ({ inputs }) => {
      seen.push(inputs);
      return null;
    };
    await runStep({ ...task, step: 'look', inputs: { report: carried.result } }, look, surroundings({ activityId: 'look' }));
    expect(seen).toEqual([{ report: { status: 'passed', columns } }]);
    const whole = runStep({ ...task, kind: 'step', step: 'own', inlineBytes: 8_192 }, work, surroundings({ activityId: 'own' }));
    await expect(whole).rejects.toMatchObject({ code: 'EXECUTION_RESULT_TOO_LARGE' });
  });

  it('does not start when an input artifact is gone, and names it', async () => {
    const ref = { kind: 'dataset', id: '0123456789abcdef', sha256: 'f'.repeat(64), bytes: 1, uri: 'file:///x', meta: {} };
    const attempt = runStep({ ...task, inputs: { dataset: ref } }, async () => 'never', surroundings());
    await expect(attempt).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('inputs.dataset'),
    });
  });

  it('does not retry an error of the step, but does retry a lost network and keeps coded errors as they are', async () => {
    const thrown = async (error: unknown): Promise<unknown> =>
      runStep(task, () => Promise.reject(error as Error), surroundings()).catch((reason: unknown) => reason);
    expect(await thrown(new TypeError('x is not a function'))).toMatchObject({ code: 'EXECUTION_STEP_FAILED', retryable: false });
    expect(await thrown(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toMatchObject({ retryable: true });
    expect(await thrown(new PipelineError('STORE_UNREACHABLE', { what: 'gone' }))).toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('ends with the reason of the abort when it was told to stop', async () => {
    const controller = new AbortController();
    const work: StepWork = async (_task, { signal }) => {
      controller.abort(new Error('shutting down'));
      signal.throwIfAborted();
      return null;
    };
    await expect(runStep(task, work, surroundings({ signal: controller.signal }))).rejects.toThrow('shutting down');
  });

  it('lends the devices of a step that was given up to others only when its code has ended', async () => {
    const leases = new DeviceLeases([{ id: '0', type: 'fake', vramGiB: 1 }]);
    const controller = new AbortController();
    let end = (): void => undefined;
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const work: StepWork = async () => {
      began();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return null;
    };
    const stubborn: StepTask = { ...task, kind: 'step', config: { graceMs: 20 }, resources: { gpu: 1 } };
    const given = surroundings({ signal: controller.signal, devices: { leases, priority: 3 } });
    const running = runStep(stubborn, work, given).catch((reason: unknown) => reason);
    await begun;
    controller.abort(new PipelineError('EXECUTION_STEP_CANCELLED', { what: 'enough' }));
    expect(await running).toMatchObject({ code: 'EXECUTION_STEP_CANCELLED', message: expect.stringContaining('was abandoned') });

    let isLent = false;
    const next = leases
      .lease(1, 3, new AbortController().signal, () => undefined)
      .then((lease) => {
        isLent = true;
        return lease.devices;
      });
    await new Promise(setImmediate);
    expect(isLent).toBe(false);
    end();
    expect(await next).toEqual(['0']);
  });

  it('gives the same seed in every run and attempt of a plan', async () => {
    const seedOf = (runId: string, attempt: number): Promise<unknown> =>
      runStep({ ...task, run: { ...task.run, runId } }, async (_task, { seed }) => seed, surroundings({ attempt })).then(
        ({ result }) => result,
      );
    const seed = await seedOf('r1', 1);
    expect(await seedOf('r2', 2)).toBe(seed);
    expect(Number.isInteger(seed)).toBe(true);
  });
});
