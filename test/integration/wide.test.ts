import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { type Served, serve } from './served.js';
import { givesMany, wide, wideResults } from './wide-fixtures.js';

const COUNT = 200;

describe('a run of many large results', () => {
  let served: Served;
  let reader: PipelineClient;
  beforeAll(async () => {
    served = await serve([wide('wide', COUNT), givesMany]);
    reader = await connectClient({ address: served.address, store: served.store });
  });
  afterAll(async () => {
    await reader.close();
    await served.stop();
  });

  it('ends, answers, and takes little room in its history', async () => {
    await served.client.start('wide', {}, { workflowId: 'wide' });
    const end = await reader.result('wide');
    expect(end.status).toBe('succeeded');
    expect(end.results).toMatchObject(wideResults(COUNT));
    expect(end.steps).toHaveLength((await served.client.status('wide')).steps.length);
    expect(Object.keys(await reader.results('wide'))).toContain('large-199');
    await expect(served.client.result('wide')).rejects.toMatchObject({ code: 'RUNS_STORE_NEEDED' });
    // Of 10 MB of results, and of the inputs and answers that repeat them.
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

const finished = (steps: readonly { readonly id: string; readonly status: string }[]): string[] =>
  steps.filter(({ id, status }) => status === 'succeeded' && id !== 'called' && id !== 'pages-called').map(({ id }) => id);
