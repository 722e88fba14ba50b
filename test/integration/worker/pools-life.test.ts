import fs from 'node:fs/promises';
import path from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { ChangeState } from '../../../src/contracts/plan/triggers.js';
import { startOnChangeId } from '../../../src/contracts/plan/triggers.js';
import {
  col,
  definePipeline,
  drift,
  feature,
  gate,
  gt,
  label,
  on,
  param,
  rollout,
  schema,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import { createModelServer, type ModelServer } from '../../../src/serving/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { connect } from '../../../src/temporal/connection.js';
import { applyTriggers, planTriggers } from '../../../src/triggers/apply-triggers.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { temporaryFolder } from '../execution-fixtures.js';

const RUNS = 'team-runs';
const STEPS = 'team-steps';
const HOUR_MS = 3_600_000;
const ROWS = 1_200;
const PREDICTIONS = 200;

/** Every step goes to the pool: nothing but runs and entities is left on the queue of runs. */
const POOLS = { everything: { taskQueue: STEPS } };

const rows = schema('rows', { at: col.timestamp({ eventTime: true }), x: col.float(), y: col.float().nullable() });

/** `y` follows `x`, which is spread evenly from 0 to 1, over twelve days of 2001. */
const trainingRows = (): string =>
  Array.from({ length: ROWS }, (_, n) => {
    const at = new Date(Date.UTC(2001, 0, 1) + (n * 12 * 24 * HOUR_MS) / ROWS).toISOString();
    const x = ((n * 7_919) % ROWS) / ROWS;
    return `${at},${x.toFixed(4)},${n % 5 === 0 ? 1 - x : x}`;
  }).join('\n');

describe('the life of a model whose steps all run in a pool', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let client: PipelineClient;
  let connection: Connection;
  let temporal: Client;
  let model: ModelServer;
  const workers: { worker: PipelineWorker; running: Promise<void> }[] = [];

  const eventually = async <T>(what: string, look: () => Promise<T | null>): Promise<T> => {
    for (const end = Date.now() + 40_000; Date.now() < end;) {
      const found = await look().catch(() => null);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`never: ${what}`);
  };

  beforeAll(async () => {
    [folder, server] = await Promise.all([temporaryFolder(), startTestServer()]);
    const file = path.join(folder.path, 'rows.csv');
    await fs.writeFile(file, `at,x,y\n${trainingRows()}\n`);
    const life = definePipeline('pooled-life', { params: { from: param.date(), to: param.date() } }, (p) => {
      const window = [p.params.from, p.params.to] as const;
      const raw = p.ingest({ source: source.csv(file), schema: rows, window, publish: 'pooled-rows' });
      const features = p.feature(raw, {
        label: label.binary(gt(rows.y, 0.5)),
        split: split.byTime({ test: '3 days' }),
        columns: { x: feature.numeric(rows.x), hour: feature.hourOf(rows.at) },
      });
      const trained = p.train(features, { trainer: trainer.gbdt({ trees: 3 }) });
      const better = gate.betterThanChampion('roc_auc', { samples: 100 });
      const evaluation = p.evaluate(trained, { metrics: ['roc_auc'], gate: better });
      const endpoint = p.deploy(evaluation, { rollout: rollout.canary([100], { bake: '1 second' }) });
      const persistence = { windows: 1, of: 1 };
      const monitor = p.monitor(endpoint, { every: '1 day', drift: [drift.psi(rows.x, { max: 0.1 })], persistence, minRows: 50 });
      const newest = { newest: '20000 days', from: 'from', to: 'to' } as const;
      p.retrain(monitor, {
        on: [on.drift()],
        window: newest,
        debounce: '1 second',
        coolDown: '1 day',
        budget: { runs: 3, per: '7 days' },
      });
    });
    const ofData = definePipeline(
      'of-data',
      {
        params: { rows: param.integer() },
        triggers: [on.dataset('pooled-rows', { params: (change) => ({ rows: change.rows }) })],
      },
      (p) => p.step('only', { run: async (_, { parameters }) => parameters['rows'] }),
    );
    const ofChampion = definePipeline(
      'of-champion',
      {
        params: { version: param.integer() },
        triggers: [on.alias('pooled-life', 'champion', { params: ({ version }) => ({ version }) })],
      },
      (p) => p.step('only', { run: async (_, { parameters }) => parameters['version'] }),
    );
    const pipelines = [life, ofData, ofChampion];
    const objects = await openObjectStore(folder.path);
    await applyTriggers(objects, await planTriggers(objects, pipelines, { taskQueue: RUNS, by: 'test' }));
    const common = { pipelines, store: folder.path, address: server.address, pools: POOLS };
    for (const place of [
      { role: 'workflows', taskQueue: RUNS },
      { role: 'activities', pool: ['everything'] },
    ] as const) {
      const worker = await createPipelineWorker({ ...common, ...place });
      workers.push({ worker, running: worker.run() });
    }
    client = await connectClient({ address: server.address, taskQueue: RUNS });
    connection = await connect({ address: server.address });
    temporal = new Client({ connection, namespace: server.namespace });
    const port = { port: 0, logLevel: 'silent', refreshMs: 200 } as const;
    model = await createModelServer({ store: folder.path, endpoint: 'pooled-life', ...port, predictionLog: { flushMs: 100 } });
    await model.start();
  }, 60_000);

  afterAll(async () => {
    await model.close();
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await client.close();
    await connection.close();
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('deploys, starts the followers of its data and its champion, and sets the policy', async () => {
    const { workflowId } = await client.start('pooled-life', { from: '2001-01-01', to: '2001-01-13' });
    const { results } = await client.result(workflowId);
    expect(results['deploy']).toMatchObject({ outcome: 'promoted', version: 1 });
    const follower = (pipeline: string) =>
      eventually(`a run of ${pipeline}`, async () => {
        const [run] = await client.list(`WorkflowType = "${pipeline}"`, 1);
        return run === undefined ? null : ((await client.result(run.workflowId)).results['only'] ?? null);
      });
    expect(await follower('of-data')).toBe(ROWS);
    expect(await follower('of-champion')).toBe(1);
    const state = await temporal.workflow
      .getHandle(startOnChangeId({ kind: 'dataset', name: 'pooled-rows' }))
      .query<ChangeState>('status');
    expect(state).toMatchObject({ received: 1, started: 1 });
    expect((await client.training('pooled-life').status()).policy?.pipeline).toBe('pooled-life');
  }, 60_000);

  it('closes a window when the schedule says so, and its drift starts a retrain that ends', async () => {
    // Half of the rows lie in the last whole day, also when midnight passes between here and the schedule.
    const instances = Array.from({ length: PREDICTIONS }, (_, n) => ({
      at: new Date(Date.now() - (n % 2 === 0 ? 24 : 0.5) * HOUR_MS).toISOString(),
      x: 5 + n / PREDICTIONS,
    }));
    const answer = await fetch(`${model.url}/v1/models/pooled-life:predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances }),
    });
    expect(await answer.json()).toMatchObject({ predictions: expect.anything() });
    const objects = await openObjectStore(folder.path);
    await eventually('a file of predictions', async () => {
      for await (const { key } of objects.list('predictions/pooled-life/')) return key;
      return null;
    });
    await temporal.schedule.getHandle('perennial/monitor/pooled-life').trigger();
    const [decision] = await eventually('a retrain that has ended', async () => {
      const { decisions } = await client.training('pooled-life').status();
      return decisions.some(({ outcome }) => outcome !== null) ? decisions : null;
    });
    expect(decision).toMatchObject({ decision: 'started', outcome: 'rejected', reason: expect.stringMatching(/^drift of x: /) });
  }, 60_000);

  it('leaves no workflow on the queue of the pool', async () => {
    const queues = new Set<string>();
    for await (const { taskQueue } of temporal.workflow.list()) queues.add(taskQueue);
    expect([...queues]).toEqual([RUNS]);
  });
});
