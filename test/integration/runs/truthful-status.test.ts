import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import path from 'node:path';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { RunStatus } from '../../../src/contracts/run.js';
import { definePipeline } from '../../../src/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { type CliResult, runCli } from '../cli/run-cli.js';
import { temporaryFolder, until } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

jest.setTimeout(120_000);

const gated = definePipeline('gated', { params: {} }, (p) => {
  const made = p.step('make', { run: (_, context) => (context.metric('size', 3), 'made') });
  const each = p.map('each', [1, 2], (item) => p.step('silent', { inputs: { item }, run: () => 1 }));
  const open = p.approval('open', { message: 'On?', inputs: { made, each } });
  p.step('last', { after: [open], run: () => 'done' });
});

describe('the status of a run that nobody carries on', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  const cli = (...words: string[]): Promise<CliResult> =>
    runCli(words, { TEMPORAL_ADDRESS: server.address, PERENNIAL_STORE: folder.path, PERENNIAL_USER: 'maria' });

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address, store: folder.path });
    const workflows = path.resolve('test/integration/fixtures/stuck-workflow.ts');
    worker = await createPipelineWorker({ pipelines: [gated], store: folder.path, address: server.address, workflows });
    running = worker.run();
    for (const workflowId of ['left', 'ended']) await client.start(gated, {}, { workflowId });
    await client.start('stuck', {}, { workflowId: 'stuck' });
    for (const workflowId of ['left', 'ended']) await until(client, workflowId, ({ status }) => status === 'waiting');
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  it('says that its workflow task fails and why; cancel says what to do, and --force ends it', async () => {
    await until(client, 'ended', () => true);
    await eventually(
      () => client.standing('stuck'),
      ({ stuck }) => stuck !== null,
    );
    const status = await cli('status', 'stuck');
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/stuck {2}stuck {2}running/);
    expect(status.stderr).toMatch(
      /error EXECUTION_WORKFLOW_STUCK its workflow task has failed \d+ times: the third wheel is missing/,
    );
    const cancel = await cli('cancel', 'stuck');
    expect(cancel.code).toBe(1);
    expect(cancel.stderr).toMatch(/EXECUTION_WORKFLOW_STUCK[^]*perennial cancel RUN --force/);
    expect(await cli('cancel', 'stuck', '--force')).toMatchObject({ code: 0, stdout: 'Ended stuck.\n' });
    const ended = await cli('status', 'stuck');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/failed[^]*terminated by .*: perennial cancel --force by maria/);
  });

  it('says of a run that was terminated that it failed, although its worker knows nothing of that', async () => {
    await client.terminate('ended', 'enough');
    expect(await client.status('ended')).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('enough') },
    });
  });

  it('shows what the server knows where no worker answers, at once, and the logs know the steps that were silent', async () => {
    worker.shutdown();
    await running;
    const startedMs = Date.now();
    const told = await cli('status', 'left', '--json');
    expect(told.code).toBe(3);
    expect(Date.now() - startedMs).toBeLessThan(20_000);
    const status = JSON.parse(told.stdout) as RunStatus;
    expect(status).toMatchObject({ pipeline: 'gated', planHash: gated.plan.hash, status: 'waiting' });
    expect(status.steps.map(({ id, status: word }) => [id, word])).toEqual([
      ['make', 'succeeded'],
      ['each', 'pending'],
      ['open', 'pending'],
      ['last', 'pending'],
    ]);
    expect(status.steps[0]).toMatchObject({ metrics: { size: 3 } });
    expect(told.stderr).toMatch(/CLI_QUEUE_WITHOUT_WORKER/);
    for (const step of ['last', 'silent', 'silent[1]'])
      expect(await cli('logs', 'left', step)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`Nothing was logged by ${step}`),
      });
    expect((await cli('logs', 'left', 'slient')).stderr).toMatch(/EXECUTION_UNKNOWN_STEP[^]*silent/);
  });
});
