import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { openObjectStore } from '../../src/store/open-store.js';
import type { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';
import { startDyingWorker } from './dying-worker.js';

/** Where the worker dies, each time another one, in the order in which a run comes there. */
const DEATHS = [
  ['before', '/few%2Eopen'],
  ['before', '/few%2Epublish'],
  ['after', '/many%2Epage'],
  ['after', '/many%2Ejoin'],
  ['after', '/add%5B1%5D'],
  ['before', '/decisions/000001'],
  ['after', '/phases%2Fcalled/.*/answer'],
  ['before', '/phases/.*/tidy'],
  ['before', '/phases/.*/manifest'],
] as const;

describe('kill -9 of the worker in every phase of a run', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let connection: Connection;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-phases-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    connection = await Connection.connect({ address: server.address });
  }, 60_000);
  afterAll(async () => {
    await client.close();
    await connection.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const startWorker = (dies = ''): Promise<CliProcess> =>
    startDyingWorker('test/faults/fixtures/every-phase.ts', { store: join(folder, 'store'), address: server.address }, dies);

  it('the run ends by itself; what was recorded is not done again', async () => {
    const trace = join(folder, 'trace');
    const workflowId = 'phases';
    // A workflow task that died with its worker is missed after this time, 10 seconds unless it is said.
    const { firstExecutionRunId: runId } = await new Client({ connection }).workflow.start('every-phase', {
      ...{ workflowId, taskQueue: 'ml', args: [{ trace }], workflowTaskTimeout: '5 seconds' },
    });
    let approved: Promise<unknown> = Promise.resolve();
    for (const [when, name] of DEATHS) {
      const worker = await startWorker(`${when} ${name}[^/]*[.]json$`);
      if (name.startsWith('/decisions')) {
        while ((await client.status(workflowId)).gates?.[0]?.state !== 'open') await sleep(50);
        approved = client.approve(workflowId, { step: 'release', by: 'ada', reason: 'once' });
      }
      expect([when, name, await worker.ended()]).toEqual([when, name, 'SIGKILL']);
    }
    const last = await startWorker();
    try {
      const { status, result } = await client.result(workflowId);
      expect([status, result]).toEqual(['succeeded', { sum: (219 * 220 * 439) / 6 + 42, by: 'ada' }]);
      await approved;
    } finally {
      await last.stop();
    }

    const lines = (await readFile(trace, 'utf8')).trim().split('\n');
    const times = (text: string): number => lines.filter((line) => line === text).length;
    expect(['spell b', 'add 1', 'add 2', 'add 3', 'answer', 'sum', 'tidy'].map((text) => [text, times(text)])).toEqual([
      ['spell b', 1],
      ['add 1', 1],
      ['add 2', 1],
      ['add 3', 1],
      ['answer', 1],
      ['sum', 1],
      ['tidy', 2],
    ]);
    // Of the items only those that were under way at a death, of which there were two.
    const squares = Array.from({ length: 220 }, (_, item) => times(`square ${item}`));
    expect(Math.min(...squares)).toBe(1);
    expect(squares.filter((count) => count > 1).length).toBeLessThanOrEqual(100);

    const objects = await openObjectStore(join(folder, 'store'));
    const decisions: string[] = [];
    for await (const { key } of objects.list(`runs/${workflowId}/${runId}/decisions/`)) decisions.push(key);
    expect(decisions).toHaveLength(1);
  }, 300_000);
});
