import fs from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeState, ChangeSubject } from '../../../src/contracts/plan/triggers.js';
import { startOnChangeId } from '../../../src/contracts/plan/triggers.js';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import { col, definePipeline, on, param, schema, source } from '../../../src/index.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { padded } from '../../../src/store/log/padded.js';
import { recordBytes } from '../../../src/store/json/json-record.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { applyTriggers, planTriggers } from '../../../src/triggers/apply-triggers.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder, waitFor } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const SIGNALS = 130;
/** So that the burst is longer than a run may be. */
const LONGEST = { signals: 100, events: 200 };
const rows = schema('rows', { value: col.float() });
const flights: ChangeSubject = { kind: 'dataset', name: 'numbers' };
const burst: ChangeSubject = { kind: 'dataset', name: 'burst' };

const datasetNamed = (id: string): DatasetRef => ({
  kind: 'dataset',
  id,
  sha256: id,
  bytes: 1,
  uri: `memory:${id}`,
  meta: { schema: { name: 's', columns: [] }, schemaHash: '', rows: 1, from: null, to: null, parts: [] },
});

describe('runs on changes', () => {
  let server: TestServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;
  let connection: Connection;
  let temporal: Client;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let objects: ObjectStore;
  let file: string;

  const stateOf = (subject: ChangeSubject): Promise<ChangeState> =>
    temporal.workflow.getHandle(startOnChangeId(subject)).query<ChangeState>('status');
  const settled = async (subject: ChangeSubject, fits: (state: ChangeState) => boolean): Promise<ChangeState> => {
    const look = (): Promise<ChangeState | null> => stateOf(subject).catch(() => null);
    return (await eventually(look, (state) => state !== null && fits(state))) as ChangeState;
  };

  beforeAll(async () => {
    server = await startTestServer();
    folder = await temporaryFolder();
    file = path.join(folder.path, 'numbers.csv');
    const publisher = definePipeline('publisher', { params: {} }, (p) => {
      p.ingest({ source: source.csv(file), schema: rows, publish: 'numbers' });
    });
    const follower = definePipeline(
      'follower',
      {
        params: { dataset: param.string(), rows: param.integer() },
        triggers: [on.dataset('numbers', { params: (change) => ({ dataset: change.dataset, rows: change.rows }) })],
      },
      (p) => p.step('only', { run: async (_, context) => ({ rows: context.parameters['rows'] }) }),
    );
    const scorer = definePipeline(
      'scorer',
      { params: { version: param.integer() }, triggers: [on.alias('m', 'champion', { params: ({ version }) => ({ version }) })] },
      (p) => p.step('only', { run: async () => 1 }),
    );
    const patient = definePipeline('patient', { params: {}, triggers: [on.dataset('burst')] }, (p) =>
      p.step('only', {
        run: async (_, context) => {
          await waitFor(300, context.signal);
          return 1;
        },
      }),
    );
    const pipelines = [publisher, follower, scorer, patient];
    objects = await openObjectStore(folder.path);
    await applyTriggers(objects, await planTriggers(objects, pipelines, { taskQueue: 'ml', by: 'test' }));
    worker = await createPipelineWorker({ pipelines, store: folder.path, address: server.address });
    running = worker.run();
    client = await connectClient({ address: server.address });
    connection = await Connection.connect({ address: server.address });
    temporal = new Client({ connection });
  }, 60_000);

  afterAll(async () => {
    worker.shutdown();
    await running;
    await client.close();
    await connection.close();
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('start a pipeline with the fields of the new data set, once for each content', async () => {
    await fs.writeFile(file, 'value\n1\n2\n');
    await client.result((await client.start('publisher', {})).workflowId);
    await settled(flights, ({ started }) => started === 1);
    const first = await client.result('follower/on/dataset/numbers/1');
    expect(first.results).toEqual({ only: { rows: 2 } });

    await client.result((await client.start('publisher', {})).workflowId);
    await fs.writeFile(file, 'value\n1\n2\n3\n');
    await client.result((await client.start('publisher', {})).workflowId);
    const second = await settled(flights, ({ started }) => started === 2);
    expect(second.decisions.map(({ n, workflowId }) => [n, workflowId])).toEqual([
      [1, 'follower/on/dataset/numbers/1'],
      [2, 'follower/on/dataset/numbers/2'],
    ]);
    expect((await client.result('follower/on/dataset/numbers/2')).results).toEqual({ only: { rows: 3 } });
    const summary = await client.summary('follower/on/dataset/numbers/2');
    expect(summary).toMatchObject({ state: 'COMPLETED', trigger: 'dataset numbers@2' });
    // The list of runs is behind what has just ended.
    const listed = await eventually(
      () => client.list('WorkflowId = "follower/on/dataset/numbers/2"'),
      ([first]) => first?.state === 'COMPLETED',
    );
    expect(listed).toEqual([summary]);
  });

  it('start a pipeline when a roll-back moves the champion', async () => {
    const registry = createRegistry(objects);
    const artifact = (id: string) => ({ ...datasetNamed(id), kind: 'model' as const, meta: {} }) as never;
    for (const version of [1, 2]) {
      const more = { evaluation: null, metrics: {}, window: { from: null, to: null }, runId: 'r' } as never;
      await registry.register({
        ...(more as object),
        model: 'm',
        artifact: artifact(`a${version}`),
        workflowId: `w${version}`,
      } as never);
      const expectedChampion = version === 1 ? null : 1;
      await registry.promote({
        model: 'm',
        version,
        expectedChampion,
        basis: { person: 'test', reason: 'better' },
        workflowId: `w${version}`,
      });
    }
    await temporal.workflow.signalWithStart('continuousTraining', {
      workflowId: 'perennial/model/m',
      taskQueue: 'ml',
      args: [{ model: 'm' }],
      signal: 'nothing',
      signalArgs: [],
    });
    await temporal.workflow.getHandle('perennial/model/m').executeUpdate('rollback', { args: [{ by: 'test', reason: 'worse' }] });
    const champion: ChangeSubject = { kind: 'alias', name: 'm/champion' };
    const { decisions } = await settled(champion, ({ started }) => started === 1);
    const workflowId = decisions[0]?.workflowId;
    await expect(client.result(workflowId ?? '')).resolves.toMatchObject({ pipeline: 'scorer', status: 'succeeded' });
    const { parameters } = await client.status(workflowId ?? '');
    expect(parameters).toEqual({ version: 1 });
  });

  it(`take ${SIGNALS} changes in a burst, lose none, and start the newest after the first`, async () => {
    const entry = { at: '', rows: 1, from: null, to: null, pipeline: '', step: '', workflowId: '', runId: '', previousHash: '' };
    const write = (n: number): Promise<unknown> =>
      objects.put(`datasets/burst/log/${padded(n)}.json`, recordBytes({ ...entry, n, dataset: `d${n}` }));
    await Promise.all(Array.from({ length: SIGNALS }, (_, index) => write(index + 1)));
    const tell = (n: number): Promise<unknown> =>
      temporal.workflow.signalWithStart('startOnChange', {
        workflowId: startOnChangeId(burst),
        taskQueue: 'ml',
        args: [{ subject: burst, longest: LONGEST }],
        signal: 'changed',
        signalArgs: [{ n }],
      });
    await tell(1);
    await settled(burst, ({ started }) => started === 1);
    const numbers = Array.from({ length: SIGNALS - 1 }, (_, index) => index + 2);
    await Promise.all(numbers.map(tell));
    await Promise.all(numbers.slice(0, 10).map(tell));
    const state = await settled(burst, ({ received, arrived }) => received === SIGNALS && arrived.length === 0);
    expect(state.seen).toHaveLength(SIGNALS);
    const last = await settled(burst, ({ pipelines }) => pipelines['patient']?.waiting.length === 0);
    expect(last.decisions.at(-1)).toMatchObject({ n: SIGNALS, decision: 'started' });
    await client.result(`patient/on/dataset/burst/${SIGNALS}`);
    expect(last.started).toBeLessThan(SIGNALS / 10);
    const handle = temporal.workflow.getHandle(startOnChangeId(burst));
    const { historyLength, status } = await handle.describe();
    await eventually(
      () => client.list(`WorkflowId = '${startOnChangeId(burst)}'`),
      (runs) => runs.length > 1,
    );
    expect(status.name).toBe('RUNNING');
    expect(historyLength).toBeLessThan(800);
  }, 60_000);
});
