import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { CliProcess } from '../../test-processes.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

const FIXTURES = ['hostile-steps', 'memory-eater', 'greedy-program', 'peaceful'].map((name) => `test/faults/fixtures/${name}.ts`);

describe('a step that harms its process', () => {
  let folder: string;
  let server: TestServer;
  let client: PipelineClient;
  let worker: CliProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perennial-hostile-'));
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await CliProcess.start(['worker', ...FIXTURES], {
      PERENNIAL_STORE: join(folder, 'store'),
      TEMPORAL_ADDRESS: server.address,
    });
    await client.start('peaceful', { until: join(folder, 'over') }, { workflowId: 'peaceful' });
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await worker.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const failureOf = async (pipeline: string, parameters: { readonly [name: string]: string }): Promise<unknown> => {
    const { workflowId } = await client.start(pipeline, parameters);
    return failureCode(await client.result(workflowId).catch((error: unknown) => error));
  };

  it.each([
    ['rejection', 'EXECUTION_BACKGROUND_ERROR', 'nobody awaits this', 1],
    ['timer', 'EXECUTION_BACKGROUND_ERROR', 'thrown by a timer', 1],
    ['exit', 'EXECUTION_STEP_EXITED', 'process.exit(0)', 1],
    ['kill', 'EXECUTION_PROCESS_LOST', 'SIGKILL', 2],
    ['crash', 'EXECUTION_PROCESS_LOST', 'SIGSEGV', 2],
  ] as const)('by %s fails with %s after at most two executions', async (harm, code, words, executions) => {
    const file = join(folder, harm);
    expect(await failureOf('hostile', { harm, executions: file })).toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
    expect(await readFile(file, 'utf8')).toHaveLength(executions);
  });

  it.each(['buffers', 'heap'])('by its memory (%s) fails and names what it may use', async (where) => {
    expect(await failureOf('memory-eater', { where })).toMatchObject({
      code: 'EXECUTION_MEMORY_EXCEEDED',
      message: expect.stringContaining('at most 0.20 GiB'),
    });
  });

  it('by the memory of its program fails and names what it may use', async () => {
    expect(await failureOf('greedy-program', {})).toMatchObject({
      code: 'COMMAND_OUT_OF_MEMORY',
      message: expect.stringContaining('at most 0.20 GiB'),
    });
  });

  it('by a loop without end is ended when it is cancelled', async () => {
    const { workflowId } = await client.start('hostile', { harm: 'spin', executions: join(folder, 'spin') });
    while ((await readFile(join(folder, 'spin'), 'utf8').catch(() => '')) === '') await sleep(50);
    // Longer than the step beside it may be silent.
    await sleep(2_500);
    await client.cancel(workflowId);
    await client.result(workflowId).catch(() => undefined);
    const { steps } = await client.status(workflowId);
    expect(steps[0]).toMatchObject({ status: 'cancelled', failure: { code: 'EXECUTION_STEP_CANCELLED' } });
    expect(steps[0]?.failure?.message).toContain('its process was ended');
  });

  it('leaves the worker alive, and the step beside it in its first attempt', async () => {
    await writeFile(join(folder, 'over'), '');
    const { results } = await client.result('peaceful');
    expect(results['work']).toEqual({ attempt: 1 });
    expect(worker.output).not.toContain('started again');
  });
});
