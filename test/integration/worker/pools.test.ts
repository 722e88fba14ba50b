import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker, type PipelineWorkerOptions, type Pools } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, until, waitFor } from '../execution-fixtures.js';

const fake = (id: string) => ({ id, type: 'fake', vramGiB: 80 });
const POOLS: Pools = {
  cpu: { taskQueue: 'ml-cpu', cpu: 8 },
  'gpu-a100': { gpu: 2, gpuType: 'fake', vramGiB: 80, devices: [fake('0'), fake('1')] },
};

const held: { step: string; devices: readonly string[]; from: number; to: number }[] = [];
const hold = (step: string, ms: number) => async (_: object, context: { devices: readonly string[]; signal: AbortSignal }) => {
  const from = performance.now();
  await waitFor(ms, context.signal);
  held.push({ step, devices: context.devices, from, to: performance.now() });
  return { devices: context.devices.length };
};

const training = definePipeline('pooled', { params: {} }, (p) => {
  p.step('prepare', { run: hold('prepare', 1) });
  p.step('both', { resources: { gpu: 2 }, run: hold('both', 900) });
  p.step('left', { resources: { gpu: 1, vramGiB: 40 }, run: hold('left', 150) });
  p.step('right', { resources: { gpu: 1 }, run: hold('right', 150) });
  p.step('none', { pool: 'gpu-a100', run: hold('none', 1) });
});
const greedy = definePipeline('greedy', { params: {} }, (p) => {
  p.step('eight', { resources: { gpu: 8 }, run: () => null });
  p.step('tpu', { pool: 'tpu', run: () => null });
});
const failing = definePipeline('failing', { params: {} }, (p) => {
  p.step('breaks', {
    resources: { gpu: 2 },
    run: () => {
      throw new Error('broken');
    },
  });
});

describe('pools', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  const workers: { worker: PipelineWorker; running: Promise<void> }[] = [];
  const work = async (options: Partial<PipelineWorkerOptions>): Promise<void> => {
    const worker = await createPipelineWorker({
      pipelines: [training, greedy, failing],
      store: folder.path,
      address: server.address,
      pools: POOLS,
      shutdownGraceMs: 200,
      ...options,
    });
    workers.push({ worker, running: worker.run() });
  };

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address });
    await work({ role: 'workflows' });
  });
  afterAll(async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await client.close();
    await server.stop();
    await folder.remove();
  });

  it('say so when no worker serves them, and steps go on when one comes', async () => {
    const { workflowId } = await client.start(training, {}, { workflowId: 'pooled' });
    await until(client, workflowId, ({ steps }) => steps.length > 0 && steps.every(({ status }) => status === 'running'));
    const waiting = await client.progress(workflowId);
    expect(new Set(waiting.map(({ waitingFor }) => waitingFor))).toEqual(new Set(['ml-cpu (no worker)', 'gpu-a100 (no worker)']));

    await work({ role: 'activities', pool: ['cpu'] });
    await work({ role: 'activities', pool: ['gpu-a100'] });
    const seen = new Set<string>();
    const look = async (): Promise<void> => {
      for (const { devices, waitingFor } of await client.progress(workflowId)) {
        if (devices.length > 0) seen.add(`holds ${devices.length}`);
        if (waitingFor?.includes('device') === true) seen.add(waitingFor);
      }
    };
    let ended = false;
    const result = client.result(workflowId).finally(() => (ended = true));
    const isOver = (): boolean => ended;
    while (!isOver()) {
      await look();
      await sleep(20);
    }
    expect((await result).status).toBe('succeeded');

    const by = (step: string) => held.find((entry) => entry.step === step);
    expect(by('both')?.devices).toEqual(['0', '1']);
    expect([by('left')?.devices, by('right')?.devices].flat().every((id) => id === '0' || id === '1')).toBe(true);
    expect(by('none')?.devices).toEqual([]);
    expect(by('prepare')?.devices).toEqual([]);
    for (const one of held) {
      for (const other of held.filter((entry) => entry !== one && entry.devices.some((id) => one.devices.includes(id))))
        expect(one.to <= other.from || other.to <= one.from).toBe(true);
    }
    expect([...seen].some((text) => text.startsWith('holds'))).toBe(true);
  });

  it('get their devices back from steps that fail', async () => {
    for (const id of ['failing-1', 'failing-2']) {
      const { workflowId } = await client.start(failing, {}, { workflowId: id });
      await expect(client.result(workflowId)).rejects.toThrow();
    }
    const { workflowId } = await client.start(training, {}, { workflowId: 'pooled-after' });
    expect((await client.result(workflowId)).status).toBe('succeeded');
  });

  it('refuse a plan that none of them can take, at its start, with every step that is in the way', async () => {
    const { workflowId } = await client.start(greedy, {}, { workflowId: 'greedy' });
    const failure = failureCode(await client.result(workflowId).catch((error: unknown) => error));
    expect(failure.code).toBe('POOL_NONE_FITS');
    expect(failure.message).toMatch(/"eight".*"tpu"/);
    expect(await client.progress(workflowId)).toEqual([]);
  });

  it('are known by name to a worker', async () => {
    await expect(work({ pool: ['gpu-h100'] })).rejects.toMatchObject({ code: 'POOL_UNKNOWN' });
    await expect(work({ role: 'workflows', pool: ['cpu'] })).rejects.toMatchObject({ code: 'POOL_CONFIG_INVALID' });
    const twice = { a: { taskQueue: 'q' }, b: { taskQueue: 'q', limit: 0 } };
    await expect(work({ pools: twice })).rejects.toMatchObject({ code: 'POOL_CONFIG_INVALID' });
  });
});
