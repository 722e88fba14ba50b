/**
 * Records the history of a run that recovers another one and takes over the run that it had called, from real runs of the build on a dev server:
 * `npm run build && npx tsx test/replay/record-recovered.ts`.
 */
import { definePipeline } from 'perennial-ml';
import { recording } from './recording.js';
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

await recording([asking], async ({ client, keep }) => {
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
  await keep('recovered', 'recovered');
});
