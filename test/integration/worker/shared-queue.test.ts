import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, notify, param } from '../../../src/index.js';
import type { Pipeline } from '../../../src/pipeline/pipeline.js';
import { requireManifest, writeManifest } from '../../../src/runs/manifest-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { runCli } from '../cli/run-cli.js';
import { temporaryFolder } from '../execution-fixtures.js';

const simple = (name: string): Pipeline =>
  definePipeline(name, { params: {} }, (p) => {
    const light = p.step('light', { light: true, run: () => 1 });
    const once = p.step('once', { inputs: { light }, retry: { maximumAttempts: 1 }, run: (inputs) => inputs.light + 1 });
    p.step('after', { inputs: { once }, run: (inputs) => inputs.once + 1 });
  });
const [left, right] = [simple('left'), simple('right')];
const dated = definePipeline('dated', { params: { day: param.date() }, hooks: { onFailure: [notify.stdout()] } }, (p) => {
  p.step('only', { run: () => 1 });
});

describe('workers with different pipelines on one queue', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  const workers: { worker: PipelineWorker; running: Promise<void> }[] = [];

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    client = await connectClient({ address: server.address, store: folder.path });
    for (const pipelines of [[left, dated], [right]]) {
      const identity = `worker of ${pipelines.map(({ name }) => name).join(', ')}`;
      const worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address, identity });
      workers.push({ worker, running: worker.run() });
    }
    // Both must be seen to poll before anything is handed back to the other.
    const { workflowId } = await client.start(left, {});
    await client.result(workflowId).catch(() => undefined);
  }, 60_000);
  afterAll(async () => {
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await client.close();
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('hand each other what they cannot do: every run of either ends well', async () => {
    const runs = await Promise.all([left, right].flatMap((pipeline) => [1, 2, 3, 4].map(() => client.start(pipeline, {}))));
    const results = await Promise.all(runs.map(({ workflowId }) => client.result(workflowId)));
    for (const { results: of } of results) expect(of).toEqual({ light: 1, once: 2, after: 3 });
  }, 120_000);

  it('say why a run failed before it had a plan, in its status and to those whom its pipeline would tell', async () => {
    const { workflowId } = await client.start('dated', { day: 'soon' });
    const failure = failureCode(await client.result(workflowId).catch((error: unknown) => error));
    expect(failure.code).toBe('AUTHORING_PARAMETERS_INVALID');
    expect(await client.status(workflowId)).toMatchObject({
      status: 'failed',
      failure: { code: 'AUTHORING_PARAMETERS_INVALID', message: expect.stringContaining('day') },
    });
    expect(await client.result(`${workflowId}/notice/failure/1`)).toBeDefined();
  }, 60_000);

  it('leave what became of a run in the store, where `perennial status` finds it when the server no longer has the run', async () => {
    const { workflowId, runId } = await client.start(left, {});
    await client.result(workflowId);
    const objects = await openObjectStore(folder.path);
    const { run, ...manifest } = await requireManifest(objects, workflowId, runId);
    await writeManifest(objects, { ...manifest, run: { ...run, workflowId: 'forgotten' } });
    const status = ['status', 'forgotten', '--json', '--address', server.address];
    const kept = await runCli([...status, '--store', folder.path]);
    expect(kept).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(kept.stdout)).toMatchObject({ pipeline: 'left', status: 'succeeded', trigger: null });
    await expect(client.summary('never')).rejects.toMatchObject({ code: 'EXECUTION_RUN_NOT_FOUND' });
  }, 60_000);
});
