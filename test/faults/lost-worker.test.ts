import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

const PIPELINE = 'test/faults/fixtures/ten-steps.ts';
/** The default heartbeat time-out is 30 s: a loss that is noticed by it alone does not fit in here. */
const SOON_MS = 25_000;

type Parts = { readonly parts: number; readonly attempt: number; readonly resumedAt: number };

describe('a worker that is killed in step 5 of 10', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;
  const startWorker = (): Promise<CliProcess> =>
    CliProcess.start(['worker', PIPELINE], { PERENNIAL_STORE: join(folder, 'store'), TEMPORAL_ADDRESS: server.address });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-lost-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await startWorker();
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const untilInStepFive = async (workflowId: string): Promise<void> => {
    for (;;) {
      const progress = await client.progress(workflowId);
      if (progress.some(({ activityId, done }) => activityId === 's5' && (done ?? 0) >= 8)) return;
      await sleep(50);
    }
  };

  it('is missed as soon as the next one starts on the machine; only its step is repeated, from its checkpoint', async () => {
    const { workflowId } = await client.start('ten-steps', {}, { workflowId: 'ten-steps' });
    await untilInStepFive(workflowId);
    await worker.kill9();
    const killedAt = Date.now();
    await sleep(1_000);
    worker = await startWorker();
    const { status, results } = await client.result(workflowId);
    expect(Date.now() - killedAt).toBeLessThan(SOON_MS);
    expect(status).toBe('succeeded');
    const steps = Object.entries(results) as unknown as [string, Parts][];
    expect(steps.filter(([, { attempt }]) => attempt > 1).map(([id]) => id)).toEqual(['s5']);
    const five = steps.find(([id]) => id === 's5')?.[1];
    expect(five?.resumedAt).toBeGreaterThanOrEqual(8);
    expect(five?.parts).toBe(20);
  });

  it('leaves nothing behind that a later worker would report again', async () => {
    const { workflowId } = await client.start('ten-steps', {}, { workflowId: 'ten-steps-again' });
    await untilInStepFive(workflowId);
    const second = await startWorker();
    const { results } = await client.result(workflowId);
    expect((Object.values(results) as unknown as Parts[]).every(({ attempt }) => attempt === 1)).toBe(true);
    await second.stop();
  });
});
