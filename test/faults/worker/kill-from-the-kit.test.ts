import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { startTestTemporal, type TestTemporal } from '../../../src/testing/index.js';
import { temporaryFolder } from '../../integration/execution-fixtures.js';

let temporal: TestTemporal;
let client: PipelineClient;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  temporal = await startTestTemporal();
  client = await connectClient({ address: temporal.address });
});
afterAll(async () => {
  await client.close();
  await temporal.stop();
  await folder.remove();
});

const startWorker = (): ChildProcess =>
  spawn(process.execPath, ['test/faults/fixtures/processes/mortal-worker.mjs', temporal.address, folder.path], {
    stdio: 'ignore',
  });

describe('killWorkerAt', () => {
  it('kills the worker at the checkpoint and at the end of the step, once each; the next worker goes on from there', async () => {
    await client.start('mortal', {}, { workflowId: 'killed' });
    for (const point of ['checkpoint', 'end']) {
      const [, signal] = (await once(startWorker(), 'exit')) as [number | null, NodeJS.Signals | null];
      expect([point, signal]).toEqual([point, 'SIGKILL']);
    }
    const last = startWorker();
    try {
      expect((await client.result('killed')).results['fit']).toEqual({ from: '2 after 1 after the beginning' });
    } finally {
      const ended = once(last, 'exit');
      last.kill('SIGKILL');
      await ended;
    }
  });
});
