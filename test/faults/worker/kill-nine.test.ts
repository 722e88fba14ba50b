import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { RunStatus } from '../../../src/contracts/run.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { freePort } from '../../../src/temporal/server/free-port.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

const PIPELINE = 'test/faults/fixtures/slow-flights.ts';
const WINDOW = { from: '2001-01-01', to: '2001-01-09' };

const folder = await mkdtemp(join(tmpdir(), 'perennial-kill-'));
const store = join(folder, 'store');
const dbFile = join(folder, 'temporal.db');
const port = await freePort();
const address = `127.0.0.1:${port}`;
const serverPort = await freePort();
const environment = { PERENNIAL_STORE: store, TEMPORAL_ADDRESS: address };

const startWorker = (): Promise<CliProcess> => CliProcess.start(['worker', PIPELINE], environment);
const startServer = (): Promise<CliProcess> =>
  CliProcess.start(['serve', '--endpoint', 'slow-flights', '--port', String(serverPort)], environment);

let temporal: TestServer;
let worker: CliProcess;
let server: CliProcess;
let client: PipelineClient;
let objects: ObjectStore;

beforeAll(async () => {
  temporal = await startTestServer({ dbFile, port });
  [worker, server] = await Promise.all([startWorker(), startServer()]);
  client = await connectClient({ address });
  objects = await openObjectStore(store);
}, 120_000);

afterAll(async () => {
  await client.close();
  await Promise.all([worker.stop(), server.stop()]);
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Waits until the run shows something; fails with its status when it ends before that. */
async function until(workflowId: string, what: string, seen: (status: RunStatus) => Promise<boolean> | boolean): Promise<void> {
  for (;;) {
    const status = await client.status(workflowId);
    if (await seen(status)) return;
    if (['succeeded', 'failed', 'cancelled'].includes(status.status)) {
      throw new Error(
        `the run ended ${status.status} before ${what}: ${JSON.stringify(status.steps)}\n${worker.output.slice(-3_000)}`,
      );
    }
    await sleep(150);
  }
}
const treesTrained = async (workflowId: string): Promise<number> =>
  (await client.progress(workflowId)).find((step) => step.activityId === 'train')?.done ?? 0;
const stepOf = (status: RunStatus, id: string): RunStatus['steps'][number] => {
  const step = status.steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`no step ${id}`);
  return step;
};

async function attemptsByActivity(workflowId: string): Promise<Record<string, number[]>> {
  const connection = await Connection.connect({ address });
  const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  await connection.close();
  const names = new Map<string, string>();
  const attempts: Record<string, number[]> = {};
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(String(event.eventId), scheduled.activityId ?? '');
    const started = event.activityTaskStartedEventAttributes;
    if (started) (attempts[names.get(String(started.scheduledEventId)) ?? ''] ??= []).push(started.attempt ?? 0);
  }
  return attempts;
}

async function keys(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objects.list(prefix)) found.push(key);
  return found;
}

describe('kill -9', () => {
  it('of the worker and then of Temporal during training: the run ends green, finished steps do not run again, training resumes', async () => {
    const { workflowId } = await client.start('slow-flights', { ...WINDOW, trees: 120 }, { workflowId: 'kill-worker' });
    await until(workflowId, 'training had a checkpoint', async () => (await treesTrained(workflowId)) >= 30);
    await worker.kill9();
    expect(await keys('artifacts/model/')).toEqual([]);
    expect(await keys('models/')).toEqual([]);
    expect((await keys('checkpoints/')).length).toBeGreaterThan(0);
    worker = await startWorker();

    await until(workflowId, 'training went on', async () => (await treesTrained(workflowId)) >= 50);
    process.kill(temporal.pid, 'SIGKILL');
    await temporal.exited;
    await sleep(1_000);
    temporal = await startTestServer({ dbFile, port });

    const { status, results } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    expect(results['deploy']).toMatchObject({ outcome: 'promoted', version: 1 });
    const attempts = await attemptsByActivity(workflowId);
    expect(attempts).toMatchObject({ ingest: [1], feature: [1] });
    expect(attempts['train']).not.toEqual([1]);
    const train = stepOf(await client.status(workflowId), 'train');
    expect(train.metrics['resumed_trees']).toBeGreaterThanOrEqual(20);
    expect(await keys('checkpoints/')).toEqual([]);
  });

  it('of the model server during the canary: it comes back by itself with what the store says, and the roll-out ends', async () => {
    const before = await createRegistry(objects).alias('slow-flights', 'champion');
    const { workflowId } = await client.start('slow-flights', { ...WINDOW, trees: 20 }, { workflowId: 'kill-model-server' });
    // A run has no steps before its plan is resolved.
    await until(workflowId, 'the canary baked', ({ steps }) =>
      steps.some(({ id, status, waitingFor }) => id === 'deploy' && status === 'running' && waitingFor !== null),
    );
    await sleep(1_000);
    await server.kill9();
    server = await startServer();

    const { status, results } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    const { outcome, version } = results['deploy'] as { outcome: string; version: number };
    expect(outcome).toBe('promoted');
    const registry = createRegistry(objects);
    const champion = await registry.alias('slow-flights', 'champion');
    expect(champion?.record.version).toBe(version);
    expect((await registry.alias('slow-flights', 'previous'))?.record.version).toBe(before?.record.version);
    await registry.verifyLog('slow-flights');

    const answer = await fetch(`http://127.0.0.1:${serverPort}/v1/models/slow-flights:predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [{ date: '2001-02-01T10:00:00Z', distance: 500, origin: 'LAX', destination: 'ORD' }] }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ model_version: String(version) });
  });
});
