import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  col,
  definePipeline,
  feature,
  gate,
  gt,
  label,
  param,
  rollout,
  schema,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createModelServer, type ModelServer } from '../../../src/serving/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { runInProcess } from '../../../src/testing/index.js';
import { type S3Server, startS3Server } from '../../test-s3-server.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ min: 1 }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float().nullable(),
});

const pipeline = definePipeline('s3-life', { params: { from: param.date(), to: param.date() } }, (p) => {
  const raw = p.ingest({
    source: source.parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: [p.params.from, p.params.to],
  });
  const features = p.feature(raw, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '1 day' }),
    columns: {
      hour: feature.hourOf(flights.date),
      distance: feature.numeric(flights.distance),
      route: feature.targetEncode(flights.origin, flights.destination),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: 5 }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'], gate: gate.betterThanChampion('roc_auc') });
  p.deploy(evaluation, { rollout: rollout.canary([50, 100], { bake: '1 second' }) });
});

const server = await startS3Server();
if ('unavailable' in server) process.stderr.write(`SKIPPED: a model's life on S3: ${server.unavailable}\n`);

('unavailable' in server ? describe.skip : describe)('a model whose store is S3', () => {
  const s3 = server as S3Server;
  const store = `s3://${s3.bucket}/life`;
  const before = { ...process.env };
  let modelServer: ModelServer;

  beforeAll(async () => {
    Object.assign(process.env, s3.env);
    modelServer = await createModelServer({ store, endpoint: 's3-life', port: 0, logLevel: 'silent', refreshMs: 200 });
    await modelServer.start();
  });

  afterAll(async () => {
    await modelServer.close();
    await s3.stop();
    process.env = before;
  });

  it('is trained, registered, deployed through a canary, and serves, with nothing on the local disk but scratch', async () => {
    const result = await runInProcess(pipeline, { from: '2001-01-01', to: '2001-01-05' }, { store });
    expect(result.steps.filter((step) => step.status !== 'succeeded')).toEqual([]);
    expect(result.results['deploy']).toMatchObject({ outcome: 'promoted', version: 1 });

    const registry = createRegistry(await openObjectStore(store));
    expect((await registry.alias('s3-life', 'champion'))?.record.version).toBe(1);
    await registry.verifyLog('s3-life');

    const answer = await fetch(`${modelServer.url}/v1/models/s3-life:predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [{ date: '2001-02-01T10:00:00Z', distance: 500, origin: 'LAX', destination: 'ORD' }] }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ model_version: '1', predictions: [{ score: expect.any(Number) }] });
  });
});
