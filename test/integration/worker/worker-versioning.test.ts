import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { connectClient } from '../../../src/client/index.js';
import type { PipelineClient } from '../../../src/client/index.js';
import { continuousTrainingId } from '../../../src/contracts/entities/continuous-training.js';
import { definePipeline } from '../../../src/index.js';
import type { Pipeline } from '../../../src/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { setCurrentVersion } from '../../../src/worker/deployment-version.js';
import { createPipelineWorker } from '../../../src/worker/index.js';
import type { PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer } from '../../test-temporal.js';
import type { TestServer } from '../../test-temporal.js';
import { statusOf, temporaryFolder, until } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

/** A gate, and then a step that says which build ran it. */
const versioned = (build: string): Pipeline =>
  definePipeline('versioned', { params: {} }, (p) => {
    const approved = p.approval('release', { message: 'go on?' });
    p.step('who', { inputs: { approved }, run: () => build });
  });

let server: TestServer;
let connection: Connection;
let client: PipelineClient;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const workers: { readonly worker: PipelineWorker; readonly running: Promise<void> }[] = [];

const startBuild = async (buildId: string): Promise<void> => {
  const options = { store: folder.path, address: server.address, deployment: { name: 'models', buildId } };
  const worker = await createPipelineWorker({ pipelines: [versioned(buildId)], ...options });
  workers.push({ worker, running: worker.run() });
  await setCurrentVersion({ connection, namespace: server.namespace }, { name: 'models', buildId });
};
/** The version that a workflow's last task ran on. */
const versionOf = async (workflowId: string): Promise<string | undefined> => {
  const { workflow } = new Client({ connection, namespace: server.namespace });
  const { events } = await workflow.getHandle(workflowId).fetchHistory();
  const done = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) => (task ? [task] : []));
  return done.at(-1)?.deploymentVersion?.buildId ?? undefined;
};

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer();
  connection = await connect({ address: server.address });
  client = await connectClient({ address: server.address });
});
afterAll(async () => {
  for (const { worker } of workers) worker.shutdown();
  await Promise.all(workers.map(({ running }) => running));
  await client.close();
  await connection.close();
  await server.stop();
  await folder.remove();
});

describe('versions of a deployment', () => {
  it('an old run ends on the old worker, a new one starts on the new, and the entity moves', async () => {
    const waiting = (id: string) => until(client, id, (status) => statusOf(status, 'release') === 'waiting');
    const entity = continuousTrainingId('flights');
    const drift = { kind: 'drift', at: '2001-01-01T00:00:00Z', column: 'distance' } as const;

    await startBuild('one');
    await client.start('versioned', {}, { workflowId: 'old' });
    await waiting('old');
    await client.signalTraining('flights', { id: 'a', ...drift });
    expect((await client.training('flights').status()).model).toBe('flights');
    expect(await versionOf(entity)).toBe('one');

    await startBuild('two');
    await client.start('versioned', {}, { workflowId: 'new' });
    await waiting('new');
    await client.signalTraining('flights', { id: 'b', ...drift });
    await eventually(
      () => versionOf(entity),
      (version) => version === 'two',
    );
    expect((await client.training('flights').status()).pending).toHaveLength(2);

    for (const id of ['old', 'new']) await client.approve(id, { step: 'release', by: 'maria' });
    expect((await client.result('old')).results['who']).toBe('one');
    expect((await client.result('new')).results['who']).toBe('two');
    expect([await versionOf('old'), await versionOf('new')]).toEqual(['one', 'two']);
  });

  it('that no worker has cannot be made current', async () => {
    const target = { connection, namespace: server.namespace };
    await expect(setCurrentVersion(target, { name: 'models', buildId: 'three' }, 300)).rejects.toMatchObject({
      code: 'DEPLOY_VERSION_UNKNOWN',
    });
  });
});
