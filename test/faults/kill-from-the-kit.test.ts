import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { startTestTemporal, type TestTemporal } from '../../src/testing/index.js';
import { temporaryFolder } from '../integration/execution-fixtures.js';

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

const startWorker = (point: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'test/faults/fixtures/mortal-worker.ts', temporal.address, folder.path, point], {
    stdio: 'ignore',
  });

describe('killWorkerAt', () => {
  it.each([
    ['checkpoint', 'half'],
    ['end', 'half'],
  ])('kills the worker at the %s of the step, once; the next worker goes on from %s', async (point, from) => {
    const first = startWorker(point);
    const died = once(first, 'exit');
    await client.start('mortal', {}, { workflowId: `killed-${point}` });
    expect((await died)[1]).toBe('SIGKILL');
    const second = startWorker(point);
    try {
      expect((await client.result(`killed-${point}`)).results['fit']).toEqual({ from });
    } finally {
      const ended = once(second, 'exit');
      second.kill('SIGKILL');
      await ended;
    }
  });
});
