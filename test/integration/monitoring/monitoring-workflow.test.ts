import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { closeWindow, monitorOperations } from '../../../activities/stages/monitor.js';
import type { MonitorWindowRequest, MonitorWindowStart, WindowReport } from '../../../src/contracts/entities/monitoring.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createTestContext } from '../../test-context.js';
import type { TestServer } from '../../test-temporal.js';
import { startTestServer } from '../../test-temporal.js';
import { FLIGHTS_FILE, sql, temporaryFolder, temporaryStore } from '../../unit/data/tiny-source.js';
import {
  evaluateModel,
  flightFeatures,
  hourModel,
  hourScoreSql,
  MODEL,
  promote,
  publishModel,
} from '../stages/evaluation-fixtures.js';

const DAY_MS = 86_400_000;
const DEPLOYED = { endpoint: MODEL, model: MODEL, version: 1, outcome: 'promoted', reasons: [], revision: 1 } as const;
/** The schedule's case: the last whole day before now has traffic, as if the flights of 2001-02-01 were yesterday's. */
const yesterday = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
const flights = `(SELECT 'flight-' || file_row_number AS id, * REPLACE (make_timestamp_ms(${yesterday} + epoch_ms(date) % ${DAY_MS}) AS date)
  FROM read_parquet('${FLIGHTS_FILE}', file_row_number = true) WHERE date >= '2001-02-01' AND date < '2001-02-02' LIMIT 3000)`;

let server: TestServer;
let store: ArtifactStore;
let worker: Worker;
let running: Promise<void>;
let native: NativeConnection;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  store = await temporaryStore();
  const features = await flightFeatures(store, '2001-01-01', '2001-01-08');
  const model = await publishModel(store, features, hourModel(features.meta.signature, -2.5, 0.08));
  await promote(store, (await evaluateModel(store, { model, features })).result, 'workflow-1');
  const folder = await temporaryFolder();
  const log = join(folder, 'log.parquet');
  await sql(
    `COPY (SELECT id AS request_id, date AS event_time, date AS logged_at, 1::INTEGER AS version, 200::INTEGER AS status,
       ${hourScoreSql(-2.5, 0.08)} AS score, date, distance::FLOAT AS distance, origin FROM ${flights}) TO '${log}'`,
  );
  await store.objects.putFile(`predictions/${MODEL}/${new Date(yesterday).toISOString().slice(0, 10)}/a-000000.parquet`, log);
  await sql(`COPY (SELECT id AS request_id, delay FROM ${flights}) TO '${join(folder, 'labels.parquet')}'`);
  const config = {
    endpoint: MODEL,
    model: MODEL,
    everyMs: DAY_MS,
    clock: 'wall',
    drift: { score: { statistic: 'psi', max: 0.5 } },
    labels: {
      source: { format: 'parquet', path: join(folder, 'labels.parquet') },
      key: 'request_id',
      sql: 'delay > 15',
      delayMs: 0,
    },
    performance: [],
    persistence: { windows: 1, of: 1 },
    minRows: 100,
    minLabelCoverage: 0.5,
  } as const;
  await monitorOperations.monitor({ config, inputs: { endpoint: DEPLOYED }, arguments: {} }, createTestContext(store));

  server = await startTestServer();
  native = await NativeConnection.connect({ address: server.address });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection: native,
    taskQueue: 'monitoring',
    workflowsPath: join(import.meta.dirname, '../../../dist/workflows/starts/monitor-window.js'),
    activities: { closeMonitorWindow: (request: MonitorWindowRequest) => closeWindow(request, createTestContext(store)) },
  });
  running = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  await native.close();
  await server.stop();
});

const start = (workflowId: string, input: MonitorWindowStart): Promise<WindowReport> =>
  client.workflow.execute('monitorWindow', { workflowId, taskQueue: 'monitoring', args: [input] }) as Promise<WindowReport>;

describe('the workflow that closes a window', () => {
  it('without bounds takes the last whole window and leaves the wait for labels to a workflow of its own', async () => {
    const report = await start('monitor-scheduled', { model: MODEL, phase: 'both' });
    expect(report).toMatchObject({ from: new Date(yesterday).toISOString(), rows: 3000, performance: null });
    const waiting = client.workflow.getHandle(`perennial/monitor/${MODEL}/${report.from}/performance`);
    const measured = (await waiting.result()) as WindowReport;
    expect(measured.performance?.['roc_auc']).toBeGreaterThan(0.5);
  });

  it('with bounds waits for the labels itself', async () => {
    const [from, to] = [new Date(yesterday).toISOString(), new Date(yesterday + DAY_MS).toISOString()];
    const report = await start('monitor-both', { model: MODEL, phase: 'both', from, to });
    expect(report.performance?.['roc_auc']).toBeGreaterThan(0.5);
    expect(report.labelCoverage).toBeGreaterThan(0.9);
  });
});
