import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import { definePipeline, gte, PipelineError, type Pipeline } from '../../../src/index.js';
import { connect } from '../../../src/temporal/connection.js';
import { perennialPlugin } from '../../../src/worker/index.js';
import { workflowBundle } from '../../../src/worker/bundle/workflow-bundle.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, waitFor } from '../execution-fixtures.js';

const ITEMS = 12;

/** Light steps side by side that end in another order than they started, and what follows each: steps of one type and of several. */
const ragged = definePipeline('light-ragged', { params: {} }, (p) => {
  const items = Array.from({ length: ITEMS }, (_, item) => item);
  const wait = (item: number, signal: AbortSignal): Promise<void> => waitFor((item * 37) % 50, signal);
  const doubled = p.map(
    'doubled',
    items,
    (item) => {
      const first = p.step('first', {
        light: true,
        inputs: { item },
        run: async (inputs, { signal }) => {
          await wait(inputs.item, signal);
          return inputs.item;
        },
      });
      const again = p.loop('again', {
        times: 3,
        start: first,
        body: (previous) =>
          p.step('same', {
            light: true,
            inputs: { previous },
            run: async (inputs, { signal }) => {
              await wait(inputs.previous + 1, signal);
              return inputs.previous + 1_000;
            },
          }),
        until: (last) => gte(last, 2_000),
      });
      return p.step('second', { light: true, inputs: { again }, run: (inputs) => inputs.again.result * 2 });
    },
    { concurrency: 5 },
  );
  return p.step('sum', {
    light: true,
    inputs: { doubled },
    run: async (inputs, context) => {
      const results: (number | null)[] = [];
      for await (const one of context.items(inputs.doubled)) results.push(one);
      return results;
    },
  });
});

/** One item fails while others are under way: those are cancelled. */
const broken = definePipeline('light-broken', { params: {} }, (p) => {
  const items = Array.from({ length: ITEMS }, (_, item) => item);
  p.map('checked', items, (item) => {
    const first = p.step('first', { light: true, inputs: { item }, run: (inputs) => inputs.item });
    return p.step('check', {
      light: true,
      retry: { maximumAttempts: 1 },
      inputs: { first },
      run: async (inputs, { signal }) => {
        await waitFor(inputs.first === 7 ? 20 : (inputs.first * 37) % 90, signal);
        if (inputs.first === 7) throw new PipelineError('STORE_UNREACHABLE', { what: 'the disk sleeps' });
        return inputs.first;
      },
    });
  });
});

describe('light steps that run side by side', () => {
  let server: TestServer;
  let client: PipelineClient;
  let native: NativeConnection;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    native = await NativeConnection.connect({ address: server.address });
    client = await connectClient({ address: server.address });
  });
  afterAll(async () => {
    await client.close();
    await native.close();
    await server.stop();
    await folder.remove();
  });

  const run = async (pipeline: Pipeline, workflowId: string, maxCachedWorkflows: number): Promise<unknown> => {
    const worker = await Worker.create({
      connection: native,
      taskQueue: 'ml',
      maxCachedWorkflows,
      plugins: [await perennialPlugin({ pipelines: [pipeline], store: folder.path })],
    });
    return worker.runUntil(async () => {
      await client.start(pipeline, {}, { workflowId });
      return (await client.result(workflowId)).result;
    });
  };
  const replay = async (workflowId: string): Promise<void> => {
    const connection = await connect({ address: server.address });
    const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    await connection.close();
    await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowId);
  };
  const expected = Array.from({ length: ITEMS }, (_, item) => (item + 2_000) * 2);

  it('leave a history that replays', async () => {
    expect(await run(ragged, 'remembered', 10)).toEqual(expected);
    await replay('remembered');
  });

  it('give each its own result when the run starts over from its history at every turn', async () => {
    expect(await run(ragged, 'forgotten', 0)).toEqual(expected);
  });

  it.each([10, 0])('do so when one fails and the others are cancelled, with %d runs remembered', async (remembered) => {
    const error = await run(broken, `broken-${remembered}`, remembered).catch((caught: unknown) => caught);
    expect(failureCode(error)).toMatchObject({ code: 'MAP_TOO_FEW_SUCCEEDED' });
    await replay(`broken-${remembered}`);
  });
});
