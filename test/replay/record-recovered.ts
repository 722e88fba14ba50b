/**
 * Records the history of a run that recovers another one and takes over the run that it had called, from real runs of the build on a dev server:
 * `npm run build && npx tsx test/replay/record-recovered.ts`.
 */
import { Client } from '@temporalio/client';
import { definePipeline } from 'perennial-ml';
import { connectClient } from 'perennial-ml/client';
import { createPipelineWorker } from 'perennial-ml/worker';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/server/dev-server.js';
import { temporaryFolder } from '../integration/execution-fixtures.js';
import { writeHistory } from './write-history.js';
import { fileURLToPath } from 'node:url';

// It writes what the tests stand on: only who runs it means that.
if (process.argv[1] !== fileURLToPath(import.meta.url)) throw new Error('this file records histories: run it, do not import it');

let isBroken = true;

const answer = definePipeline('answer', { params: {} }, (p) => p.step('answer', { run: () => 42 }));

/** A call that succeeds before a step that fails at first. */
const asking = definePipeline('asking', { params: {} }, (p) => {
  const each = p.map('each', ['a', 'b'], (item) => {
    const asked = p.call('asked', answer, {});
    return p.step('after', {
      inputs: { item, asked },
      retry: { maximumAttempts: 1 },
      run: (inputs) => {
        if (isBroken && inputs.item === 'b') throw new Error('not yet');
        return inputs.asked;
      },
    });
  });
  return p.step('all', { inputs: { each }, run: (inputs) => inputs.each.succeeded });
});

const folder = await temporaryFolder();
const server = await startDevServer({ uiPort: null });
const worker = await createPipelineWorker({
  pipelines: [asking],
  store: folder.path,
  address: server.address,
  identity: 'recorder',
});
const running = worker.run();
const client = await connectClient({ address: server.address });
const first = await client.start(asking, {}, { workflowId: 'first' });
const failed = await client.result('first').then(
  () => false,
  () => true,
);
if (!failed) throw new Error('the first run succeeded');
isBroken = false;
const reuse = { workflowId: first.workflowId, runId: first.runId, steps: [], calls: true as const };
await client.start(asking, {}, { workflowId: 'recovered', run: { reuse } });
const { result } = await client.result('recovered');
if (result !== 2) throw new Error(`unexpected: ${JSON.stringify(result)}`);

const connection = await connect({ address: server.address });
await writeHistory(new Client({ connection, namespace: server.namespace }), 'recovered', 'recovered', folder.path);
await connection.close();
await client.close();
worker.shutdown();
await running;
await server.stop();
await folder.remove();
