import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import { type Served, serve } from '../served.js';
import { givesMany, loud, LOUD_STEPS, wide, wideResults } from './wide-fixtures.js';

/** 2.5 MB of results: more than one payload takes, and more than twice what a run carries. */
const COUNT = 80;

let served: Served;
let reader: PipelineClient;
beforeAll(async () => {
  served = await serve([wide('wide', COUNT), givesMany, loud]);
  reader = await connectClient({ address: served.address, store: served.store });
});
afterAll(async () => {
  await reader.close();
  await served.stop();
});

describe('a run of many large results', () => {
  it('ends, answers, and takes little room in its history', async () => {
    await served.client.start('wide', {}, { workflowId: 'wide' });
    const end = await reader.result('wide');
    expect(end.status).toBe('succeeded');
    expect(end.results).toMatchObject(wideResults(COUNT));
    expect(end.steps).toHaveLength((await served.client.status('wide')).steps.length);
    expect(Object.keys(await reader.results('wide'))).toContain(`large-${COUNT - 1}`);
    await expect(served.client.result('wide')).rejects.toMatchObject({ code: 'RUNS_STORE_NEEDED' });
    // Of 6 MB of results, and of the inputs and answers that repeat them.
    expect(await served.historyBytes('wide')).toBeLessThan(4 * 1024 ** 2);
  });

  it('is taken over by another run', async () => {
    const { steps } = await reader.status('wide');
    const reuse = { workflowId: 'wide', runId: (await reader.summary('wide')).runId, steps: [...finished(steps)] };
    await served.client.start('wide', {}, { workflowId: 'again', run: { reuse } });
    const end = await reader.result('again');
    expect(end.results).toMatchObject(wideResults(COUNT));
    expect(end.steps.find(({ id }) => id === 'sum')).toMatchObject({ status: 'succeeded', reusedFrom: 'wide' });
    expect(await served.historyBytes('again')).toBeLessThan(2 * 1024 ** 2);
  });
});

describe('a run of loud failures', () => {
  it('has each step tried as often as its error deserves, and says why in a few KB', async () => {
    await served.client.start('loud', {}, { workflowId: 'loud' });
    const { results, steps } = await reader.result('loud');
    expect(results).toEqual({ tidy: LOUD_STEPS + 2 });
    const failureOf = (id: string) => steps.find((step) => step.id === id)?.failure;
    expect(failureOf('own')).toMatchObject({ code: 'EXECUTION_STEP_FAILED' });
    expect(failureOf('own')?.message).toMatch(/^Error: the head x+ \.\.\. \[\d+ characters left out\] \.\.\. /);
    expect(failureOf('network')?.message).toMatch(/ the tail\./);
    expect(await served.attempts('loud')).toMatchObject({ own: 1, network: 3, [`many-${LOUD_STEPS - 1}`]: 1 });
    expect(await served.historyBytes('loud')).toBeLessThan(1024 ** 2);
    expect(JSON.stringify(await served.client.status('loud')).length).toBeLessThan(512 * 1024);
  });

  it('takes no message that is too large to be sent', async () => {
    const text = 'x'.repeat(3_000_000);
    const long = { step: 'own', by: 'eve', reason: text };
    const { client } = served;
    const sends: readonly (() => Promise<unknown>)[] = [
      () => client.approve('loud', long),
      () => client.reject('loud', long),
      () => client.resume('loud', { step: 'own', action: 'use', result: text }),
      () => client.control('loud', { step: 'own', action: 'set', name: 'rate', value: text }),
      () => client.cancelStep('loud', { step: 'own', by: text }),
      () => client.terminate('loud', text),
      () => client.signalTraining('loud', { id: 'a', kind: 'manual', at: '2001-01-01', reason: text }),
      () => client.start('loud', {}, { memo: { text } }),
    ];
    for (const send of sends) await expect(send()).rejects.toMatchObject({ code: 'EXECUTION_MESSAGE_TOO_LARGE' });
  });

  it('is refused at its start when its parameters are too large', async () => {
    const note = 'x'.repeat(4_000_000);
    const refused = { code: 'EXECUTION_PARAMETERS_TOO_LARGE' };
    await expect(served.client.start('loud', { note })).rejects.toMatchObject(refused);
    await expect(served.client.start(loud, { note })).rejects.toMatchObject(refused);
    // Large ones that are allowed are not repeated in each task.
    await served.client.start('loud', { note: 'x'.repeat(250_000) }, { workflowId: 'large' });
    await reader.result('large');
    expect(await served.historyBytes('large')).toBeLessThan(1.75 * 1024 ** 2);
  });
});

const finished = (steps: readonly { readonly id: string; readonly status: string }[]): string[] =>
  steps.filter(({ id, status }) => status === 'succeeded' && id !== 'called' && id !== 'pages-called').map(({ id }) => id);
