import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import config from '../../examples/gpu-pool/perennial.config.js';
import pipeline from '../../examples/gpu-pool/pipeline.js';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../src/worker/index.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

describe('examples/gpu-pool', () => {
  let store: string;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    store = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-gpu-pool-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    const { pools = {} } = config.profiles.dev;
    worker = await createPipelineWorker({
      pipelines: [pipeline],
      store,
      address: server.address,
      pools,
      pool: Object.keys(pools),
    });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await fs.rm(store, { recursive: true, force: true });
  });

  it('gives small steps a device each, and the large one both', async () => {
    const { workflowId } = await client.start(pipeline, {});
    const { status, results } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    expect(results['large']).toEqual({ epochs: 3, devices: ['0', '1'] });
    for (const step of ['left', 'right']) expect((results[step] as { devices: string[] }).devices).toHaveLength(1);
    expect(await client.admission('pool', 'gpu-a100')).toMatchObject({ limit: 4, used: 0, queue: [] });
  });
});
