import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { type DevServer, startDevServer } from '../../../src/temporal/server/dev-server.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { handMade, statusOf, temporaryFolder, until, waitFor } from '../execution-fixtures.js';

let firstRuns = 0;
const pipeline = handMade('survivor', [
  {
    id: 'first',
    run: async () => {
      firstRuns += 1;
      return firstRuns;
    },
  },
  { id: 'ok', kind: 'gate', needs: ['first'], config: { message: 'go on?', expiresMs: null } },
  {
    id: 'second',
    needs: ['ok'],
    retry: { maximumAttempts: 2, initialIntervalMs: 50, backoffCoefficient: 1, maximumIntervalMs: 50 },
    run: async (_inputs, context) => {
      await waitFor(1_500, context.signal);
      return 'done';
    },
  },
]);

describe('a worker', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: DevServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;
  const newWorker = async (): Promise<void> => {
    worker = await createPipelineWorker({
      pipelines: [pipeline],
      store: folder.path,
      address: server.address,
      shutdownGraceMs: 200,
    });
    running = worker.run();
  };
  const newServer = async (port?: number): Promise<void> => {
    const dbFile = path.join(folder.path, 'temporal.db');
    server = await startDevServer({ uiPort: null, dbFile, ...(port === undefined ? {} : { port }) });
    client = await connectClient({ address: server.address });
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    await newServer();
    await newWorker();
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  it('goes on by itself when the server was killed and came back, and repeats no finished step', async () => {
    const { workflowId } = await client.start(pipeline, {});
    await until(client, workflowId, (status) => statusOf(status, 'ok') === 'waiting');
    const port = Number(server.address.split(':')[1]);
    await client.close();
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await waitFor(1_000, new AbortController().signal);
    await newServer(port);
    await client.approve(workflowId, { step: 'ok', by: 'ada' });
    expect((await client.result(workflowId)).results).toMatchObject({ first: 1, second: 'done' });
    expect(firstRuns).toBe(1);
  });

  it('hands a running step over when it is shut down, however often', async () => {
    firstRuns = 0;
    const { workflowId } = await client.start(pipeline, {});
    await until(client, workflowId, (status) => statusOf(status, 'ok') === 'waiting');
    await client.approve(workflowId, { step: 'ok', by: 'ada' });
    await until(client, workflowId, (status) => statusOf(status, 'second') === 'running');
    for (let restart = 0; restart < 3; restart++) {
      await waitFor(500, new AbortController().signal);
      worker.shutdown();
      await running;
      await newWorker();
    }
    expect((await client.result(workflowId)).results).toMatchObject({ first: 1, second: 'done' });
  });
});
