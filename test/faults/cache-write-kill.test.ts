import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { openObjectStore } from '../../src/store/open-store.js';
import type { ObjectStore } from '../../src/store/port.js';
import type { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';
import { startDyingWorker } from './dying-worker.js';

const RECORD = /^runs\/.*\/make\.json$/;
const ENTRY = /^cache\/[0-9a-f]{64}\.json$/;
const REMEMBERED = /^cache\/steps\//;

describe('kill -9 of the worker while it writes down what a cached step gave', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-write-kill-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
  }, 60_000);
  afterAll(async () => {
    await client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const startWorker = (place: { readonly store: string; readonly taskQueue: string }, dies = ''): Promise<CliProcess> =>
    startDyingWorker('test/faults/fixtures/kept.ts', { ...place, address: server.address }, dies);

  /** What readers see of the write; throws when something of it is not whole. */
  async function visible(objects: ObjectStore): Promise<string[]> {
    const seen: string[] = [];
    for await (const { key } of objects.list('')) {
      const what = RECORD.test(key) ? 'record' : ENTRY.test(key) ? 'entry' : REMEMBERED.test(key) ? 'remembered' : '';
      if (what === '') continue;
      expect(JSON.parse((await objects.get(key)).bytes.toString())).toBeInstanceOf(Object);
      seen.push(what);
    }
    return seen.sort();
  }

  const MOMENTS: [string, string, string[], number][] = [
    ['before the record has its name', 'before /runs/.*/make[.]json$', [], 2],
    ['with the record there and the entry staged', 'before /cache/[0-9a-f]{64}[.]json$', ['record'], 1],
    ['with the entry there and nothing remembered', 'after /cache/[0-9a-f]{64}[.]json$', ['entry', 'record'], 1],
    ['with all of it there', 'after /cache/steps/', ['entry', 'record', 'remembered'], 1],
  ];

  // Side by side, each on a queue and a store of its own: most of the time is spent waiting for what a dead worker had.
  it('all or nothing of each is seen, the run ends by itself, and later runs take the result, whenever that is', async () => {
    await Promise.all(MOMENTS.map(([moment, dies, seen, times]) => killedAt(moment, dies, seen, times)));
  }, 120_000);

  async function killedAt(moment: string, dies: string, seen: readonly string[], times: number): Promise<void> {
    const store = await mkdtemp(join(folder, 'store-'));
    const place = { store, taskQueue: moment.replaceAll(' ', '-') };
    const trace = `${store}-trace`;
    const worked = async (): Promise<number> => (await readFile(trace, 'utf8')).trim().split('\n').length;

    const mortal = await startWorker(place, dies);
    const first = await client.start('kept', { trace }, { taskQueue: place.taskQueue });
    expect([moment, await mortal.ended()]).toEqual([moment, 'SIGKILL']);
    const objects = await openObjectStore(store);
    expect([moment, await visible(objects)]).toEqual([moment, seen]);

    const worker = await startWorker(place);
    try {
      expect((await client.result(first.workflowId)).results['read']).toBe('whole');
      expect([moment, await worked()]).toEqual([moment, times]);
      expect([moment, await visible(objects)]).toEqual([moment, ['entry', 'record', 'remembered']]);

      const second = await client.start('kept', { trace }, { taskQueue: place.taskQueue });
      const { steps } = await client.result(second.workflowId);
      expect(steps.find(({ id }) => id === 'make')).toMatchObject({ status: 'succeeded', cached: true });
      expect([moment, await worked()]).toEqual([moment, times]);
    } finally {
      await worker.stop();
    }
  }
});
