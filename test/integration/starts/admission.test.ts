import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { admissionId } from '../../../src/contracts/entities/admission.js';
import { definePipeline, range } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker, type Pools } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, until, waitFor } from '../execution-fixtures.js';
import { withLimits } from '../map-limits.js';

const POOLS: Pools = { narrow: { limit: 2 } };
const state = { now: 0, most: 0, doors: new Map<string, () => void>(), entered: [] as string[] };
const enter = async (name: string, signal: AbortSignal, ms: number): Promise<{ name: string }> => {
  state.now += 1;
  state.most = Math.max(state.most, state.now);
  state.entered.push(name);
  try {
    await waitFor(ms, signal);
  } finally {
    state.now -= 1;
  }
  return { name };
};

const busy = definePipeline('busy', { params: {} }, (p) => {
  for (const step of ['a', 'b', 'c'])
    p.step(step, { pool: 'narrow', run: async (_, context) => await enter(step, context.signal, 300) });
});
/** So many that ask nobody would run inside the run itself. */
const plain = definePipeline('wide', { params: {} }, (p) => {
  p.map('each', range(12), (item) => p.step('one', { pool: 'narrow', inputs: { item }, run: (inputs) => inputs.item }));
});
const wide = withLimits({ inline: 24, shard: 36, shards: 4 }, plain);
const single = definePipeline('single', { params: {}, concurrency: { runs: 1 } }, (p) => {
  p.step('work', {
    run: async (_, context) => await enter(context.run.workflowId, context.signal, 60_000),
    retry: { maximumAttempts: 1 },
  });
});

describe('limits over all workers', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let connection: Connection;
  const workers: { worker: PipelineWorker; running: Promise<void> }[] = [];

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address });
    connection = await Connection.connect({ address: server.address });
    for (let index = 0; index < 2; index++) {
      const worker = await createPipelineWorker({
        pipelines: [busy, single, wide],
        store: folder.path,
        address: server.address,
        pools: POOLS,
        pool: ['narrow'],
        shutdownGraceMs: 100,
      });
      workers.push({ worker, running: worker.run() });
    }
  });
  afterAll(async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await client.close();
    await connection.close();
    await server.stop();
    await folder.remove();
  });

  it('of a pool hold across runs and workers', async () => {
    const runs = await Promise.all([1, 2, 3].map((number) => client.start(busy, {}, { workflowId: `busy-${number}` })));
    const results = await Promise.all(runs.map(({ workflowId }) => client.result(workflowId)));
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(state.entered).toHaveLength(9);
    expect(state.most).toBe(2);
    expect(await client.admission('pool', 'narrow')).toMatchObject({ limit: 2, used: 0, queue: [] });
  });

  it('of a pool let fewer items into one history, as each asks for room and gives it back', async () => {
    await client.start(wide, {}, { workflowId: 'wide' });
    const { results } = await client.result('wide');
    expect(results['each']).toMatchObject({ count: 12, succeeded: 12, failed: 0 });
    const { events } = await new Client({ connection }).workflow.getHandle('wide/each/0-12').fetchHistory();
    // 18 for each item, as the sizes of a map have it, and few beside them.
    expect(events?.length).toBeLessThan(12 * 18 + 40);
    expect(events?.length).toBeGreaterThan(12 * 6);
  });

  it('of a pipeline let one run in after the other, tell those that wait their place, and survive runs that vanish', async () => {
    const { workflow } = new Client({ connection });
    await client.start(single, {}, { workflowId: 'one' });
    await until(client, 'one', (status) => status.steps[0]?.status === 'running' && status.waitingFor === undefined);
    await client.start(single, {}, { workflowId: 'two' });
    await until(client, 'two', (status) => status.waitingFor === 'pipeline single: 0 before it');
    await client.start(single, {}, { workflowId: 'urgent', run: { priority: 1, team: 'ops' } });
    await until(client, 'two', (status) => status.waitingFor === 'pipeline single: 1 before it');

    // One ends by a cancel, which gives its place back; one that waits is terminated, and is passed over.
    await client.start(single, {}, { workflowId: 'four' });
    await until(client, 'four', (status) => status.waitingFor?.startsWith('pipeline single: 2') === true);
    await workflow.getHandle('two').terminate();
    await client.cancel('one');
    await until(client, 'urgent', (status) => status.steps[0]?.status === 'running' && status.waitingFor === undefined);
    await client.cancel('urgent');
    await until(client, 'four', (status) => status.steps[0]?.status === 'running' && status.waitingFor === undefined);

    // A run that waits can be cancelled; one that holds and is terminated is noticed.
    await client.start(single, {}, { workflowId: 'five' });
    await until(client, 'five', (status) => status.waitingFor !== undefined);
    await client.cancel('five');
    await expect(client.result('five')).rejects.toThrow();
    expect((await client.admission('pipeline', 'single'))?.queue).toEqual([]);
    expect(state.entered.filter((name) => ['two', 'five'].includes(name))).toEqual([]);
    await client.cancel('four');
  });

  it('lose nothing when the entity continues as new under many signals, and free what a terminated run held', async () => {
    const { workflow } = new Client({ connection });
    const entity = admissionId('pool', 'crowded');
    const handle = await workflow.signalWithStart('admission', {
      workflowId: entity,
      taskQueue: 'ml',
      args: [{ limit: 1, checkMs: 500, longest: { signals: 100, events: 10_000 } }],
      signal: 'leave',
      signalArgs: [{ id: 'nobody' }],
    });
    await client.start(single, {}, { workflowId: 'holder' });
    await until(client, 'holder', (status) => status.steps[0]?.status === 'running' && status.waitingFor === undefined);
    const { runId } = await workflow
      .getHandle('holder')
      .describe()
      .then(({ runId: id }) => ({ runId: id }));
    const request = { id: 'holder/x', workflowId: 'holder', runId, weight: 1, priority: 3, team: '' };
    await handle.signal('ask', { request, limit: 1 });
    const before = (await handle.describe()).runId;
    for (let batch = 0; batch < 3; batch++) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => handle.signal('leave', { id: `never-${batch}-${index}` })));
    }
    await handle.signal('ask', { request: { ...request, id: 'holder/y' }, limit: 1 });
    // It goes on as new as soon as no signal is left to be looked at.
    for (let tries = 0; (await workflow.getHandle(entity).describe()).runId === before; tries++) {
      expect(tries).toBeLessThan(600);
      await waitFor(100, new AbortController().signal);
    }
    const view = await client.admission('pool', 'crowded');
    expect(view).toMatchObject({ limit: 1, used: 1 });
    expect(view?.holders.map(({ id }) => id)).toEqual(['holder/x']);
    expect(view?.queue.map(({ id }) => id)).toEqual(['holder/y']);

    await workflow.getHandle('holder').terminate();
    for (let tries = 0; (await client.admission('pool', 'crowded'))?.used !== 0; tries++) {
      expect(tries).toBeLessThan(600);
      await waitFor(100, new AbortController().signal);
    }
    expect((await client.admission('pool', 'crowded'))?.queue).toEqual([]);
  });
});
