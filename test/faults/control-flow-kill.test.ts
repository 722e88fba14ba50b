import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { openObjectStore } from '../../src/store/open-store.js';
import { decisionPrefix } from '../../src/worker/decision-records.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

const PIPELINE = 'test/faults/fixtures/control-flow.ts';
const PATIENCE_TRIES = 600;

let folder: string;
let server: TestServer;
let worker: CliProcess;
let client: PipelineClient;

const startWorker = (): Promise<CliProcess> =>
  CliProcess.start(['worker', PIPELINE], { PERENNIAL_STORE: join(folder, 'store'), TEMPORAL_ADDRESS: server.address });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-flow-kill-'));
  server = await startTestServer();
  worker = await startWorker();
  client = await connectClient({ address: server.address, author: 'dan' });
}, 120_000);

afterAll(async () => {
  await client.close();
  await worker.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function until(what: string, seen: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < PATIENCE_TRIES; tries++) {
    if (await seen()) return;
    await sleep(50);
  }
  throw new Error(`never came: ${what}\n${worker.output.slice(-3_000)}`);
}

describe('kill -9 of the worker', () => {
  it('in a loop, at a gate and in clean-up costs at most the step that ran, and no decision', async () => {
    const file = join(folder, 'trace');
    const trace = async (): Promise<string[]> => (await readFile(file, 'utf8').catch(() => '')).trim().split('\n');
    const { workflowId, runId } = await client.start('killed-flow', { trace: file });

    await until('the second round', async () => (await trace()).includes('add[1] from nothing'));
    await sleep(500);
    await worker.kill9();
    worker = await startWorker();

    const gate = async () => (await client.status(workflowId)).gates?.[0];
    await until('the gate', async () => (await gate())?.state === 'open');
    expect(await trace()).toEqual(['add[0] from nothing', 'add[1] from nothing', 'add[1] from half of 1', 'add[2] from nothing']);
    await client.approve(workflowId, { step: 'release', by: 'ada', reason: 'first' });
    await worker.kill9();
    worker = await startWorker();
    expect(await gate()).toMatchObject({ state: 'open', missing: 1, decisions: [{ by: 'ada' }] });
    await client.approve(workflowId, { step: 'release', by: 'bob' });

    await until('the clean-up', async () => (await trace()).includes('tidy'));
    await sleep(500);
    await worker.kill9();
    worker = await startWorker();
    const { status, results } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    expect(results).toMatchObject({ ship: { count: 3, by: 'bob' }, tidy: 'succeeded' });
    expect((await trace()).slice(4)).toEqual(['tidy', 'tidy again']);

    const objects = await openObjectStore(join(folder, 'store'));
    const decisions: unknown[] = [];
    for await (const { key } of objects.list(decisionPrefix(workflowId, runId))) {
      decisions.push(JSON.parse((await objects.get(key)).bytes.toString('utf8')));
    }
    expect(decisions).toMatchObject([
      { number: 1, by: 'ada', reason: 'first', author: 'dan' },
      { number: 2, by: 'bob' },
    ]);
  }, 120_000);
});
