import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, param } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker, type Pools } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, text, until, waitFor } from '../execution-fixtures.js';

/** One device, so one step at a time. */
const POOLS: Pools = { narrow: { gpu: 1, devices: [{ id: '0', type: 'fake', vramGiB: 1 }] } };
const order: string[] = [];
const gate: { open: () => void; opened: Promise<void> } = { open: () => undefined, opened: Promise.resolve() };
const close = (): void => {
  gate.opened = new Promise((resolve) => {
    gate.open = resolve;
  });
};

const one = definePipeline('one-step', { params: { name: param.string() } }, (p) => {
  p.step('work', {
    resources: { gpu: 1 },
    run: async (_: object, context): Promise<{ name: string }> => {
      const name = text(context.parameters['name']);
      order.push(name);
      if (name === 'first') await gate.opened;
      else await waitFor(20, context.signal);
      return { name };
    },
  });
});

describe('steps that wait for one slow worker', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address });
    const options = { pipelines: [one], store: folder.path, address: server.address, pools: POOLS, pool: ['narrow'] };
    worker = await createPipelineWorker({ ...options, shutdownGraceMs: 100 });
    running = worker.run();
  });
  afterAll(async () => {
    gate.open();
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  type Start = { readonly name: string; readonly priority?: number; readonly team?: string };
  /** Holds the worker, lets everything line up behind it, and gives the order in which it was let in. */
  const letIn = async (starts: readonly Start[]): Promise<string[]> => {
    close();
    order.length = 0;
    const holder = await client.start(one, { name: 'first' });
    await until(client, holder.workflowId, () => order.includes('first'));
    const ids: string[] = [];
    for (const { name, ...run } of starts) {
      const { workflowId } = await client.start(one, { name }, { run });
      await until(client, workflowId, ({ steps }) => steps[0]?.status === 'running');
      ids.push(workflowId);
    }
    // A step counts as running as soon as its run has asked for it; its task reaches the queue a little later.
    await sleep(1_000);
    gate.open();
    await Promise.all(ids.map((id) => client.result(id)));
    return order.slice(1);
  };

  it('go by priority, whatever came first', async () => {
    const seen = await letIn([5, 4, 3, 2, 1, 5, 1].map((priority, index) => ({ name: `${priority}-${index}`, priority })));
    // The worker may have taken one task ahead of time, and the server allows small deviations. In order of arrival the rest would have 10 inversions.
    const rest = seen.slice(1).map((name) => Number(name[0]));
    const inversions = rest.flatMap((left, index) => rest.slice(index + 1).filter((right) => right < left));
    expect(inversions.length).toBeLessThanOrEqual(4);
    expect(rest.at(-1)).toBe(5);
  });

  it('take turns by team, however much one of them has waiting', async () => {
    const big = Array.from({ length: 10 }, (_, index) => ({ name: `big-${index}`, team: 'big' }));
    const small = Array.from({ length: 3 }, (_, index) => ({ name: `small-${index}`, team: 'small' }));
    const seen = await letIn([...big, ...small]);
    const last = seen.lastIndexOf('small-2');
    expect(seen).toHaveLength(13);
    expect(last).toBeLessThan(10);
  });
});
