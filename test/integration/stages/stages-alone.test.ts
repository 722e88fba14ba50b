import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { connectClient, type PipelineClient } from '../../../src/client/index.js';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { JsonObject } from '../../../src/contracts/json.js';
import type { DeployResult } from '../../../src/contracts/stages/deploy.js';
import type { EvaluateResult } from '../../../src/contracts/stages/evaluate.js';
import type { FeatureResult } from '../../../src/contracts/stages/feature.js';
import type { MonitorResult } from '../../../src/contracts/stages/monitor.js';
import type { RetrainResult } from '../../../src/contracts/stages/retrain.js';
import type { TrainResult } from '../../../src/contracts/stages/train.js';
import type { ValidateResult } from '../../../src/contracts/stages/validate.js';
import {
  check,
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
  score,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createModelServer, type ModelServer } from '../../../src/serving/index.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { connect } from '../../../src/temporal/connection.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { startTestServer, type TestServer } from '../../test-temporal.js';
import { FLIGHTS_FILE, sql as query } from '../../unit/data/tiny-source.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { eventually } from '../../eventually.js';

const MODEL = 'flights-alone';
const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile', min: 1 }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float({ unit: 'minute' }).nullable(),
});

const pipeline = definePipeline(
  MODEL,
  { params: { from: param.date(), to: param.date(), trees: param.integer({ min: 1, default: 20 }) } },
  (p) => {
    const files = source.parquet(FLIGHTS_FILE);
    const raw = p.ingest({ source: files, schema: flights, window: [p.params.from, p.params.to] });
    const checked = p.validate(raw, {
      checks: [check.rowCount({ min: 100_000 }), check.notNull(flights.delay, { mostly: 0.9 })],
    });
    const features = p.feature(checked, {
      label: label.binary(gt(flights.delay, 15)),
      split: split.byTime({ test: '3 days' }),
      columns: {
        hour: feature.hourOf(flights.date),
        distance: feature.standardize(flights.distance),
        route: feature.targetEncode(flights.origin, flights.destination),
      },
    });
    const model = p.train(features, { trainer: trainer.gbdt({ trees: p.params.trees }), resources: { cpu: 2 } });
    const better = gate.betterThanChampion('roc_auc', { samples: 100 });
    const evaluation = p.evaluate(model, { metrics: ['roc_auc', 'log_loss'], gate: better, slices: [flights.origin] });
    const canary = rollout.canary([50, 100], { bake: '100 milliseconds', health: { ready: '30 seconds' } });
    const endpoint = p.deploy(evaluation, { rollout: canary });
    const measures = [drift.wasserstein(flights.distance, { max: 0.1 }), drift.psi(score)];
    const monitor = p.monitor(endpoint, { every: '1 day', clock: 'event', drift: measures });
    p.retrain(monitor, { on: [on.drift(), on.cron('0 3 * * 1')], coolDown: '12 hours' });
  },
);

const name = ({ kind, id }: ArtifactRef): string => `${kind}/${id}`;

describe('each stage, started alone', () => {
  const params = { from: '2001-01-01', to: '2001-01-15' };
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let connection: Connection;
  let temporal: Client;
  let client: PipelineClient;
  let artifacts: ArtifactStore;
  let models: ModelServer;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startTestServer();
    worker = await createPipelineWorker({ pipelines: [pipeline], store: folder.path, address: server.address });
    running = worker.run();
    connection = await connect({ address: server.address });
    temporal = new Client({ connection, namespace: server.namespace });
    client = await connectClient({ address: server.address });
    artifacts = createArtifactStore(await openObjectStore(folder.path));
    models = await createModelServer({ store: folder.path, endpoint: MODEL, port: 0, logLevel: 'silent', refreshMs: 50 });
    await models.start();
  });

  afterAll(async () => {
    await models.close();
    await client.close();
    await connection.close();
    worker.shutdown();
    await running;
    await server.stop();
    await folder.remove();
  });

  const stage = async <Result>(type: string, inputs: JsonObject = {}): Promise<Result> => {
    const start = { taskQueue: 'ml', workflowId: `${type}-alone`, args: [{ pipeline: MODEL, params, inputs }] };
    return (await temporal.workflow.execute(type, start)) as Result;
  };
  let dataset: DatasetRef;
  let features: FeatureResult;
  let model: TrainResult;
  let evaluated: EvaluateResult;
  let deployed: DeployResult;

  it('ingestData reads two weeks of flights', async () => {
    dataset = await stage<DatasetRef>('ingestData');
    const [counted] = await query(
      `SELECT count(*)::INTEGER AS rows FROM '${FLIGHTS_FILE}' WHERE date >= '2001-01-01' AND date < '2001-01-15'`,
    );
    expect(dataset).toMatchObject({ kind: 'dataset', meta: { rows: counted?.['rows'] } });
    expect([dataset.meta.from, dataset.meta.to].map((time) => Date.parse(time ?? ''))).toEqual([
      Date.parse('2001-01-01'),
      Date.parse('2001-01-15'),
    ]);
    expect(dataset.meta.rows).toBeGreaterThan(150_000);
    expect(await artifacts.exists(dataset)).toBe(true);
  });

  it('validateData checks the data set of that name', async () => {
    const result = await stage<ValidateResult>('validateData', { dataset: name(dataset) });
    expect(result).toMatchObject({ status: 'passed', dataset: { id: dataset.id }, report: { kind: 'validation-report' } });
    expect(result.checks.every(({ passed }) => passed)).toBe(true);
    expect(result.checks.find(({ check }) => check === 'row_count_between')?.observed).toBe(dataset.meta.rows);
    const delay = result.checks.find(({ check, column }) => check === 'not_null' && column === 'delay');
    expect(delay?.observed).toBeGreaterThan(0.9);
  });

  it('buildFeatures splits it by time', async () => {
    features = await stage<FeatureResult>('buildFeatures', { dataset: name(dataset) });
    const { meta } = features;
    expect(meta).toMatchObject({ task: 'binary', featureNames: ['hour', 'distance', 'route'] });
    expect(meta.trainRows).toBeGreaterThan(meta.testRows);
    expect(Date.parse(meta.testFrom)).toBeGreaterThan(Date.parse(meta.trainFrom));
    expect(meta.signature.inputs.map((input) => input.name)).toEqual(['date', 'distance', 'origin', 'destination']);
    expect((await artifacts.manifest(features)).inputs).toMatchObject([{ kind: 'dataset', id: dataset.id }]);
  });

  it('trainModel trains the trees that were asked for', async () => {
    model = await stage<TrainResult>('trainModel', { features: name(features) });
    expect(model).toMatchObject({ kind: 'model', meta: { trainer: 'gbdt', trees: 20, trainRows: features.meta.trainRows } });
    expect((await artifacts.manifest(model)).inputs).toMatchObject([{ kind: 'feature-set', id: features.id }]);
  });

  it('evaluateModel blesses a model that is better than the base rate', async () => {
    evaluated = await stage<EvaluateResult>('evaluateModel', { model: name(model), features: name(features) });
    expect(evaluated).toMatchObject({ decision: 'blessed', gate: { opponentKind: 'baseline' } });
    const { trainRows, testRows } = features.meta;
    expect(evaluated.model.meta).toMatchObject({ refitOf: model.id, trainRows: trainRows + testRows });
    expect(evaluated.metrics['roc_auc']).toBeGreaterThan(0.6);
    expect(evaluated.metrics['log_loss']).toBeLessThan(0.6);
  });

  it('deployModel brings it onto a model server that then answers with it', async () => {
    deployed = await stage<DeployResult>('deployModel', { evaluation: name(evaluated.evaluation) });
    expect(deployed).toMatchObject({ endpoint: MODEL, model: MODEL, version: 1, outcome: 'promoted', reasons: [] });
    const registry = createRegistry(artifacts.objects);
    expect((await registry.alias(MODEL, 'champion'))?.record.version).toBe(1);
    expect((await registry.version(MODEL, 1)).artifact.id).toBe(evaluated.model.id);
    const row = { date: '2001-01-16T18:00:00Z', distance: 400, origin: 'SFO', destination: 'LAX' };
    const response = await fetch(`${models.url}/v1/models/${MODEL}:predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [row] }),
    });
    const body = (await response.json()) as { readonly predictions: readonly { readonly score: number }[] };
    expect(response.status).toBe(200);
    expect(body.predictions[0]?.score).toBeGreaterThan(0);
    expect(body.predictions[0]?.score).toBeLessThan(1);
  });

  it('monitorModel takes the result of a deployment as it is', async () => {
    const result = await stage<MonitorResult>('monitorModel', { endpoint: deployed });
    expect(result).toEqual({ model: MODEL, endpoint: MODEL, everyMs: 86_400_000, schedule: null });
  });

  it('retrainModel hands the policy to the continuous training and sets its schedule', async () => {
    const result = await stage<RetrainResult>('retrainModel');
    expect(result).toEqual({ entity: `perennial/model/${MODEL}`, model: MODEL });
    const { policy, pending } = await client.training(MODEL).status();
    expect(policy).toMatchObject({ pipeline: MODEL, coolDownMs: 43_200_000, window: { from: 'from', to: 'to' } });
    expect(pending).toEqual([]);
    const schedule = temporal.schedule.getHandle(`perennial/retrain/${MODEL}/0`);
    await schedule.trigger();
    await eventually(
      () => client.training(MODEL).status(),
      (status) => status.pending.length > 0,
    );
    expect(await client.training(MODEL).explain()).toMatchObject({
      reason: expect.stringContaining('debounce'),
      pending: [{ kind: 'cron' }],
    });
    await schedule.delete();
  });
});
