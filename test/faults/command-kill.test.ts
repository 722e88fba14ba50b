import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { listLogChunks, readLogChunk } from '../../src/logs/read-logs.js';
import { openObjectStore } from '../../src/store/open-store.js';
import { isAlive } from '../test-processes.js';
import { temporaryFolder } from '../integration/execution-fixtures.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

describe('kill -9 of the worker while a command runs', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;
  let store: string;
  const startWorker = (): Promise<CliProcess> =>
    CliProcess.start(['worker', 'test/faults/fixtures/counting-command.ts'], {
      ...{ PERENNIAL_STORE: store, TEMPORAL_ADDRESS: server.address },
    });

  beforeAll(async () => {
    folder = await temporaryFolder();
    store = path.join(folder.path, 'store');
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await startWorker();
  });
  afterAll(async () => {
    await worker.stop();
    await client.close();
    await server.stop();
    await folder.remove();
  });

  it('ends the command by itself; the next worker goes on from its checkpoint', async () => {
    const pids = path.join(folder.path, 'pids');
    const { workflowId } = await client.start('counting-command', { pids });
    const objects = await openObjectStore(store);
    const hasCheckpoint = async (): Promise<boolean> => {
      for await (const { key } of objects.list('checkpoints/')) if (!key.includes('/files/')) return true;
      return false;
    };
    while (!(await hasCheckpoint())) await sleep(100);
    await worker.kill9();
    const [first] = (await fs.readFile(pids, 'utf8')).trim().split('\n').map(Number);
    worker = await startWorker();
    const { results } = await client.result(workflowId);
    expect(results['count']).toMatchObject({ value: { counted: 40 } });
    expect(isAlive(first ?? 0)).toBe(false);

    const messages: string[] = [];
    for (const { key } of await listLogChunks(objects, workflowId))
      for (const { message } of await readLogChunk(objects, key)) messages.push(message);
    const starts = messages.flatMap((message) => /^from (\d+),/.exec(message)?.[1] ?? []).map(Number);
    expect(starts.at(-1)).toBeGreaterThan(0);
    expect(messages).toContain('the checkpoint of an earlier attempt was restored');
    expect(messages.at(-1)).toBe('counted 40/40');
    for await (const { key } of objects.list('checkpoints/')) throw new Error(`${key} was left`);
  });
});
