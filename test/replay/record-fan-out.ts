/**
 * Records the histories of light steps, a sharded map with one of its shards, and a call, from a real run of the build on a dev server:
 * `npm run build && npx tsx test/replay/record-fan-out.ts`.
 */
import fs from 'node:fs/promises';
import { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { definePipeline } from 'perennial-ml';
import { connectClient } from 'perennial-ml/client';
import { createPipelineWorker } from 'perennial-ml/worker';
import { connect } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/server/dev-server.js';
import { temporaryFolder } from '../integration/execution-fixtures.js';
import { scrub } from './scrub.js';
import { fileURLToPath } from 'node:url';

// It writes what the tests stand on: only who runs it means that.
if (process.argv[1] !== fileURLToPath(import.meta.url)) throw new Error('this file records histories: run it, do not import it');

const called = definePipeline('called', { params: {} }, (p) => p.step('answer', { run: () => 42 }));

/** Items so large that three of them make two pages. */
const items = ['a', 'b', 'c'].map((letter) => letter.repeat(10_000));

const wide = definePipeline('wide', { params: {} }, (p) => {
  const first = p.step('first', { light: true, run: () => 1 });
  const second = p.step('second', { light: true, inputs: { first }, run: (inputs) => inputs.first + 1 });
  const lengths = p.map('lengths', items, (item, index) =>
    p.step('length', { inputs: { item, index, second }, run: (inputs) => inputs.item.length + inputs.index + inputs.second }),
  );
  const answer = p.call('answer', called, { after: [lengths] });
  return p.step('all', {
    inputs: { lengths, answer },
    run: async (inputs, context) => [inputs.answer, ...(await context.items(inputs.lengths).toArray())],
  });
});

const folder = await temporaryFolder();
const server = await startDevServer({ uiPort: null });
const worker = await createPipelineWorker({
  pipelines: [wide],
  store: folder.path,
  address: server.address,
  identity: 'recorder',
});
const running = worker.run();
const client = await connectClient({ address: server.address });
const { workflowId } = await client.start(wide, {}, { workflowId: 'fan-out' });
const { result } = await client.result(workflowId);
if (JSON.stringify(result) !== '[42,10002,10003,10004]') throw new Error(`unexpected: ${JSON.stringify(result)}`);

const connection = await connect({ address: server.address });
const { workflow } = new Client({ connection, namespace: server.namespace });
for (const [name, id] of [
  ['fan-out', 'fan-out'],
  ['map-shard', 'fan-out/lengths/0-2'],
  ['called', 'fan-out/answer'],
] as const) {
  const history: unknown = JSON.parse(historyToJSON(await workflow.getHandle(id).fetchHistory()));
  await fs.writeFile(
    new URL(`histories/${name}.json`, import.meta.url),
    `${JSON.stringify(scrub(history, folder.path), null, 1)}\n`,
  );
}
await connection.close();
await client.close();
worker.shutdown();
await running;
await server.stop();
await folder.remove();
