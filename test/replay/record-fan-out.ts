/**
 * Records the histories of light steps, a sharded map with one of its shards, and a call, from a real run of the build on a dev server:
 * `npm run build && npx tsx test/replay/record-fan-out.ts`.
 */
import { definePipeline } from 'perennial-ml';
import { recording } from './recording.js';
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

await recording([wide], async ({ client, keep }) => {
  const { workflowId } = await client.start(wide, {}, { workflowId: 'fan-out' });
  const { result } = await client.result(workflowId);
  if (JSON.stringify(result) !== '[42,10002,10003,10004]') throw new Error(`unexpected: ${JSON.stringify(result)}`);
  await keep('fan-out', 'fan-out');
  await keep('map-shard', 'fan-out/lengths/0-2');
  await keep('called', 'fan-out/answer');
});
