/** Records the histories that the replay tests read, from real runs on a dev server: `npx tsx test/replay/record-histories.ts`. */
import fs from 'node:fs/promises';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { PipelineError } from 'perennial-ml';
import { connectClient, type PipelineClient } from 'perennial-ml/client';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/server/dev-server.js';
import { createPipelineWorker } from 'perennial-ml/worker';
import { handMade, statusOf, temporaryFolder, until, waitFor } from '../integration/execution-fixtures.js';
import { scrub } from './scrub.js';
import { fileURLToPath } from 'node:url';

// It writes what the tests stand on: only who runs it means that.
if (process.argv[1] !== fileURLToPath(import.meta.url)) throw new Error('this file records histories: run it, do not import it');

let mended = false;

const diamond = handMade('diamond', [
  { id: 'source', run: async () => ({ rows: 3 }) },
  { id: 'left', inputs: { rows: { step: 'source', path: ['rows'] } }, run: async (inputs) => inputs['rows'] ?? null },
  { id: 'right', needs: ['source'], run: async () => 'right' },
  { id: 'join', inputs: { left: { step: 'left' }, right: { step: 'right' } }, run: async () => 'joined' },
]);

const steered = handMade('steered', [
  {
    id: 'fragile',
    onFailure: 'block',
    run: async () => {
      if (!mended) throw new PipelineError('EXECUTION_INPUT_MISSING', { what: 'no rows yet' });
      return 'mended';
    },
  },
  {
    id: 'optional',
    onFailure: 'continue',
    run: async () => {
      throw new PipelineError('EXECUTION_INPUT_MISSING', { what: 'nothing to do' });
    },
  },
  { id: 'ok', kind: 'gate', needs: ['fragile'], config: { message: 'ship it?', expiresMs: 3_600_000 } },
  { id: 'ship', inputs: { approval: { step: 'ok' } }, run: async () => 'shipped' },
]);

const slow = handMade('slow', [
  {
    id: 'long',
    run: async (_inputs, context) => {
      await waitFor(60_000, context.signal);
      return null;
    },
  },
  { id: 'later', needs: ['long'], run: async () => null },
]);

async function steer(client: PipelineClient): Promise<void> {
  const { workflowId } = await client.start(steered, {}, { workflowId: 'steered' });
  await until(client, workflowId, (status) => status.status === 'blocked');
  mended = true;
  await client.resume(workflowId, { step: 'fragile', action: 'retry', by: 'ada' });
  await until(client, workflowId, (status) => statusOf(status, 'ok') === 'waiting');
  await client.approve(workflowId, { step: 'ok', by: 'ada' });
  await client.result(workflowId);
}

async function cancelOne(client: PipelineClient): Promise<void> {
  const { workflowId } = await client.start(slow, {}, { workflowId: 'cancelled' });
  await until(client, workflowId, (status) => statusOf(status, 'long') === 'running');
  await waitFor(500, new AbortController().signal);
  await client.cancel(workflowId);
  await client.result(workflowId).catch(() => undefined);
}

const folder = await temporaryFolder();
const server = await startDevServer({ uiPort: null });
const worker = await createPipelineWorker({
  pipelines: [diamond, steered, slow],
  store: folder.path,
  address: server.address,
  identity: 'recorder',
});
const running = worker.run();
const client = await connectClient({ address: server.address });
await client.start(diamond, { day: '2001-01-01' }, { workflowId: 'diamond' }).then(({ workflowId }) => client.result(workflowId));
await steer(client);
await cancelOne(client);

const connection = await connect({ address: server.address });
const { workflow } = new Client({ connection, namespace: server.namespace });
for (const name of ['diamond', 'steered', 'cancelled']) {
  const history: unknown = JSON.parse(historyToJSON(await workflow.getHandle(name).fetchHistory()));
  await fs.writeFile(new URL(`histories/${name}.json`, import.meta.url), `${JSON.stringify(scrub(history), null, 1)}\n`);
}
await connection.close();
await client.close();
worker.shutdown();
await running;
await server.stop();
await folder.remove();
