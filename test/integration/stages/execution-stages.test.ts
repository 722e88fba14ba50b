import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { check, col, definePipeline, param, schema, source } from '../../../src/index.js';
import { connectClient, failureCode, type PipelineClient } from '../../../src/client/index.js';
import type { JsonValue } from '../../../src/contracts/json.js';
import { type DevServer, startDevServer } from '../../../src/temporal/server/dev-server.js';
import { findTemporalBinary } from '../../../src/temporal/server/find-binary.js';
import { runInProcess } from '../../../src/testing/index.js';
import { createPipelineWorker, type PipelineWorker } from '../../../src/worker/index.js';
import { field, temporaryFolder, text } from '../execution-fixtures.js';

const run = promisify(execFile);

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile' }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float({ unit: 'minute' }).nullable(),
});

const pipeline = definePipeline('flights-check', { params: { from: param.date(), to: param.date() } }, (p) => {
  const files = source.parquet(path.resolve('node_modules/vega-datasets/data/flights-3m.parquet'));
  const raw = p.ingest({ source: files, schema: flights, window: [p.params.from, p.params.to] });
  p.validate(raw, { checks: [check.rowCount({ min: 1_000 }), check.notNull(flights.delay, { mostly: 0.9 })] });
});

describe('a stage that is started alone', () => {
  const window = { from: '2001-01-01', to: '2001-01-03' };
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: DevServer;
  let worker: PipelineWorker;
  let running: Promise<void>;
  let client: PipelineClient;
  let temporal: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startDevServer({ uiPort: null });
    temporal = (await findTemporalBinary()).path;
    worker = await createPipelineWorker({ pipelines: [pipeline], store: folder.path, address: server.address });
    running = worker.run();
    client = await connectClient({ address: server.address });
  });

  afterAll(async () => {
    await client.close();
    worker.shutdown();
    await running;
    await server.stop();
    await folder.remove();
  });

  const stage = async (type: string, workflowId: string, input: JsonValue): Promise<JsonValue> => {
    await run(temporal, [
      ...['workflow', 'start', '--address', server.address, '--type', type, '--task-queue', 'ml', '--workflow-id', workflowId],
      ...['--input', JSON.stringify(input)],
    ]);
    return await client.result(workflowId);
  };

  it('takes parameters, and artifacts by their name', async () => {
    const dataset = await stage('ingestData', 'ingest-alone', { pipeline: 'flights-check', params: window });
    expect(field(dataset, 'kind')).toBe('dataset');
    const checked = await stage('validateData', 'validate-alone', {
      pipeline: 'flights-check',
      params: window,
      inputs: { dataset: `dataset/${text(field(dataset, 'id'))}` },
    });
    expect(field(checked, 'status')).toBe('passed');
  });

  it('names the inputs that are missing, the steps there are, and artifacts that are gone', async () => {
    const codeOf = async (type: string, id: string, input: JsonValue): Promise<string> =>
      stage(type, id, input).then(
        () => 'none',
        (error: unknown) => failureCode(error).code,
      );
    const base = { pipeline: 'flights-check', params: window };
    expect(await codeOf('validateData', 'no-input', base)).toBe('EXECUTION_INPUT_MISSING');
    expect(await codeOf('trainModel', 'no-such-stage', base)).toBe('EXECUTION_UNKNOWN_STEP');
    expect(await codeOf('ingestData', 'no-pipeline', { pipeline: 'nothing' })).toBe('EXECUTION_UNKNOWN_PIPELINE');
    expect(await codeOf('ingestData', 'no-params', { pipeline: 'flights-check' })).toBe('AUTHORING_PARAMETERS_INVALID');
    const gone = { ...base, inputs: { dataset: 'dataset/0123456789abcdef' } };
    expect(await codeOf('validateData', 'no-artifact', gone)).toBe('ARTIFACT_NOT_FOUND');
  });

  it('publishes the same artifact in a run on Temporal and in this process', async () => {
    const { workflowId } = await client.start(pipeline, window);
    const durable = await client.result(workflowId);
    const local = await runInProcess(pipeline, window, { store: path.join(folder.path, 'other') });
    expect(local.status).toBe('succeeded');
    expect(field(local.results['ingest'], 'sha256')).toBe(field(durable.results['ingest'], 'sha256'));
  });
});
