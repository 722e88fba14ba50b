import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import type { JsonValue } from '../../../src/contracts/json.js';
import { definePipeline, param } from '../../../src/index.js';
import { listLogChunks, readLogChunk } from '../../../src/logs/read-logs.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { statusOf, temporaryFolder, until } from '../../integration/execution-fixtures.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';

/** What the compiler would refuse, as code without types would return it. */
const BAD: { readonly [name: string]: () => unknown } = {
  large: () => ({ rows: 'x'.repeat(10 * 1024 * 1024) }),
  nan: () => ({ auc: Number.NaN }),
  map: () => ({ table: new Map([['a', 1]]) }),
  function: () => ({ list: [() => 1] }),
  undefined: () => undefined,
};
const NAMES = ['large', 'nan', 'map', 'function', 'undefined'] as const;

const bad = definePipeline('bad-results', { params: { kind: param.oneOf(NAMES) } }, (p) => {
  p.step('make', { run: (_inputs, { parameters }): JsonValue => BAD[parameters['kind'] as string]?.() as JsonValue });
});
let release = (): void => undefined;
const stubborn = definePipeline('stubborn', { params: {} }, (p) => {
  p.step('ignore', {
    grace: '300 milliseconds',
    heartbeat: '1 second',
    run: () =>
      new Promise<number>((resolve) => {
        release = () => {
          resolve(1);
        };
      }),
  });
});

describe('a step that misbehaves', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let worker: PipelineWorker;
  let running: Promise<void>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    worker = await createPipelineWorker({ pipelines: [bad, stubborn], store: folder.path, address: server.address });
    running = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await server.stop();
    await folder.remove();
  });

  it.each([
    ['large', 'EXECUTION_RESULT_TOO_LARGE', '"rows"'],
    ['nan', 'EXECUTION_RESULT_NOT_JSON', 'result.auc is NaN'],
    ['map', 'EXECUTION_RESULT_NOT_JSON', 'result.table is a Map'],
    ['function', 'EXECUTION_RESULT_NOT_JSON', 'result.list[0] is a function'],
    ['undefined', 'EXECUTION_RESULT_NOT_JSON', 'result is undefined'],
  ] as const)('by its result (%s) fails with the field named', async (kind, code, words) => {
    const { workflowId } = await client.start(bad, { kind });
    const error: unknown = await client.result(workflowId).catch((reason: unknown) => reason);
    expect(failureCode(error)).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('by ignoring the request to stop is abandoned: the run ends, says why, and the worker goes on', async () => {
    const { workflowId } = await client.start(stubborn, {});
    await until(client, workflowId, (status) => statusOf(status, 'ignore') === 'running');
    await new Promise((wake) => setTimeout(wake, 300));
    await client.cancel(workflowId);
    const { steps } = await until(client, workflowId, ({ status }) => status === 'cancelled');
    expect(steps[0]).toMatchObject({ status: 'cancelled', failure: { code: 'EXECUTION_STEP_CANCELLED' } });
    expect(steps[0]?.failure?.message).toContain('did not leave within 0.3 s');
    const objects = await openObjectStore(folder.path);
    const [chunk] = await listLogChunks(objects, workflowId);
    expect((await readLogChunk(objects, chunk?.key ?? '')).map(({ message }) => message).join()).toContain('was abandoned');
    release();
    const { workflowId: next } = await client.start(bad, { kind: 'nan' });
    await expect(client.result(next)).rejects.toThrow();
  });
});
