import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { perennialPlugin } from '../../../src/worker/index.js';
import { OUR_WORKFLOWS } from '../../../src/worker/bundle/own-workflows.js';
import { readPrebuilt } from '../../../src/worker/bundle/prebuilt-bundle.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { handMade, temporaryFolder, text } from '../execution-fixtures.js';

const QUEUE = 'theirs';
const workflowsPath = path.resolve('test/integration/fixtures/stock-workflows.ts');

const guest = handMade('guest', [
  { id: 'one', run: async () => 1 },
  { id: 'two', inputs: { one: { step: 'one' } }, run: async ({ one }) => `two after ${text(one)}` },
]);

let server: TestServer;
let client: PipelineClient;
let connection: Connection;
let native: NativeConnection;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer();
  native = await NativeConnection.connect({ address: server.address });
  connection = await connect({ address: server.address });
  client = await connectClient({ address: server.address, taskQueue: QUEUE });
});
afterAll(async () => {
  await client.close();
  await connection.close();
  await native.close();
  await server.stop();
  await folder.remove();
});

const createWorker = async (options: Partial<WorkerOptions>): Promise<Worker> =>
  Worker.create({
    connection: native,
    taskQueue: QUEUE,
    activities: { greet: async (name: string) => `hello ${name}` },
    plugins: [await perennialPlugin({ pipelines: [guest], store: folder.path })],
    ...options,
  });

async function expectBothToRun(worker: Worker, suffix: string): Promise<void> {
  await worker.runUntil(async () => {
    const theirs = { taskQueue: QUEUE, workflowId: `theirs-${suffix}`, args: ['ada'] };
    expect(await new Client({ connection }).workflow.execute('greeting', theirs)).toBe('hello ada');
    await client.start('guest', {}, { workflowId: `ours-${suffix}` });
    expect((await client.result(`ours-${suffix}`)).results['two']).toBe('two after 1');
    await client.start('unheard-of', {}, { workflowId: `unknown-${suffix}` });
    const failure = await client.result(`unknown-${suffix}`).catch((error: unknown) => error);
    expect(failureCode(failure)).toMatchObject({
      code: 'EXECUTION_UNKNOWN_PIPELINE',
      message: expect.stringContaining('one of guest'),
    });
  });
}

describe('the plug-in of a stock Temporal worker', () => {
  it('runs their workflow and our pipeline, from a path', async () => {
    await expectBothToRun(await createWorker({ workflowsPath }), 'path');
  });

  it('runs both from a bundle that was made with the plug-in, and refuses names of ours among their activities', async () => {
    const plugin = await perennialPlugin({ pipelines: [guest], store: folder.path });
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, plugins: [plugin] });
    await expectBothToRun(await createWorker({ workflowBundle, plugins: [plugin] }), 'bundle');
    const activities = { resolvePlan: async () => null };
    await expect(createWorker({ workflowBundle, plugins: [plugin], activities })).rejects.toMatchObject({
      code: 'WORKFLOW_NAME_TAKEN',
      message: expect.stringContaining('resolvePlan'),
    });
  });

  it('takes the bundle that the build left where the worker brings no workflows, and bundles where something else must go into it', async () => {
    const plugin = await perennialPlugin({ pipelines: [guest], store: folder.path });
    const plain = { taskQueue: QUEUE, plugins: [plugin] };
    expect(plugin.configureWorker(plain)).toMatchObject({ workflowBundle: await readPrebuilt() });
    const others: Partial<WorkerOptions>[] = [
      { bundlerOptions: { ignoreModules: ['dns'] } },
      { dataConverter: { payloadConverterPath: workflowsPath } },
      { dataConverter: { failureConverterPath: workflowsPath } },
      { interceptors: { workflowModules: [workflowsPath] } },
      { plugins: [plugin, { name: 'another' }] },
    ];
    for (const other of others) {
      const configured = plugin.configureWorker({ ...plain, ...other });
      expect([configured.workflowBundle, configured.workflowsPath]).toEqual([undefined, OUR_WORKFLOWS]);
    }
  });

  it('refuses a bundle that was made without it', async () => {
    const workflowBundle = await bundleWorkflowCode({ workflowsPath });
    await expect(createWorker({ workflowBundle })).rejects.toMatchObject({ code: 'WORKFLOW_BUNDLE_INCOMPLETE' });
  });

  it('refuses names of ours among their workflows', async () => {
    const clashing = path.join(folder.path, 'clashing.js');
    await fs.writeFile(clashing, 'export const trainModel = async () => 1;\n');
    await expect(createWorker({ workflowsPath: clashing })).rejects.toMatchObject({ code: 'WORKFLOW_NAME_TAKEN' });
  });
});
