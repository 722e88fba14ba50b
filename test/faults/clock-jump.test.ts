import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

let folder: string;
let server: TestServer;
let client: PipelineClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perennial-clock-'));
  server = await startTestServer();
  client = await connectClient({ address: server.address });
});

afterAll(async () => {
  await client.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a clock that jumps', () => {
  it('does not silence a step, lose its result or stop the run, whichever way it jumps', async () => {
    // The signal that moves the clock is for the process that works.
    const where = ['--address', server.address, '--store', join(folder, 'store')];
    const words = ['worker', 'test/faults/fixtures/patient.ts', '--no-restart', ...where];
    const worker = await CliProcess.start(words, { NODE_OPTIONS: '--import ./test/faults/fixtures/jumping-clock.mjs' });
    try {
      const first = await client.start('patient', {});
      process.kill(worker.pid, 'SIGUSR2');
      const { results } = await client.result(first.workflowId);
      expect(results).toMatchObject({ wait: { parts: 45, attempt: 1 }, sum: 46 });

      // Ahead of the clock by an hour now: what was recorded before the jumps is still found.
      const again = await client.start('patient', {});
      const { steps } = await client.result(again.workflowId);
      expect(steps.map(({ id, status, cached }) => [id, status, cached])).toEqual([
        ['wait', 'succeeded', false],
        ['sum', 'succeeded', true],
      ]);
    } finally {
      await worker.stop();
    }
  });
});
