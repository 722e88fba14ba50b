import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { definePipeline, param } from 'perennial-ml';
import { connectClient } from 'perennial-ml/client';
import { createModelServer } from 'perennial-ml/serving';
import { createPipelineWorker } from 'perennial-ml/worker';
import { collectGarbage } from '../../dist/src/garbage/collect-garbage.js';
import { openRuns } from '../../dist/src/garbage/open-runs.js';
import { openObjectStore } from '../../dist/src/store/open-store.js';
import { connect } from '../../dist/src/temporal/connection.js';
import { startDevServer } from '../../dist/src/temporal/server/dev-server.js';
import { ENDPOINT, publishEndpoint, row } from '../serving/endpoint.js';
import { type Measure, MEASURES, type Sample, takeSample, type Trend, trendOf } from './measure.js';

export const DEFAULT_MINUTES = 60;

export interface SoakReport {
  readonly minutes: number;
  readonly runs: number;
  readonly requests: number;
  readonly collections: number;
  readonly samples: readonly Sample[];
  readonly measures: Readonly<Record<Measure, Trend>>;
}

const REQUESTS_PER_RUN = 20;
const ROWS_PER_REQUEST = 16;
/** Of the cleaning: so short that what a run leaves is gone while the soak goes on. */
const OLDER_THAN_MS = 2_000;
const KEEP_RUNS_MS = 3_000;
const LEAST_SAMPLES = 12;

/** Each run computes something new, keeps it in the cache, logs and checkpoints. */
const pipeline = definePipeline('soak', { params: { n: param.integer() } }, (p) => {
  const made = p.step('make', {
    cache: true,
    run: async (_inputs, { parameters, log, checkpoint }) => {
      const n = parameters.n;
      log.info('computes', { n });
      await checkpoint(Buffer.from(String(n)));
      return { numbers: Array.from({ length: 200 }, (_, index) => index * n) };
    },
  });
  p.step('sum', { inputs: { made }, run: ({ made: { numbers } }) => ({ sum: numbers.reduce((sum, value) => sum + value, 0) }) });
});

/** A worker and a model server in this process, under a small load, with cleaning of the store in between. */
export async function soak(minutes: number, tell: (line: string) => void): Promise<SoakReport> {
  const store = await mkdtemp(path.join(os.tmpdir(), 'perennial-soak-'));
  const temporal = await startDevServer({ uiPort: null });
  const { address, namespace } = temporal;
  await publishEndpoint(store);
  const worker = await createPipelineWorker({ pipelines: [pipeline], store, address });
  const working = worker.run();
  const server = await createModelServer({ store, endpoint: ENDPOINT, port: 0, logLevel: 'silent' });
  const { url } = await server.start();
  const client = await connectClient({ address });
  const connection = await connect({ address });
  const objects = await openObjectStore(store);
  const samples: Sample[] = [];
  let [runs, requests, collections] = [0, 0, 0];
  const clean = async (): Promise<void> => {
    await collectGarbage(
      {
        objects,
        openRuns: () => openRuns(new Client({ connection, namespace })),
        signal: new AbortController().signal,
        progress: () => undefined,
      },
      { olderThanMs: OLDER_THAN_MS, keepRunsMs: KEEP_RUNS_MS },
    );
    collections += 1;
  };
  try {
    const begin = performance.now();
    const seconds = (): number => (performance.now() - begin) / 1000;
    const every = Math.max(0.5, (minutes * 60) / 200);
    let next = 0;
    while (seconds() < minutes * 60 || samples.length < LEAST_SAMPLES) {
      runs += 1;
      const { workflowId } = await client.start(pipeline, { n: runs }, { workflowId: `soak-${runs}` });
      await client.result(workflowId);
      for (let n = 0; n < REQUESTS_PER_RUN; n += 1) {
        await predict(url, runs * REQUESTS_PER_RUN + n);
        requests += 1;
      }
      if (seconds() < next) continue;
      await clean();
      const sample = await takeSample(seconds(), store);
      samples.push(sample);
      tell(`${sample.seconds.toFixed(0)} s: ${runs} runs, heap ${sample.heapMiB.toFixed(0)} MiB, ${sample.storeFiles} files`);
      next = seconds() + every;
    }
  } finally {
    await server.close();
    await client.close();
    await connection.close();
    worker.shutdown();
    await working;
    await temporal.stop();
    await rm(store, { recursive: true, force: true });
  }
  const trends = MEASURES.map((measure) => [measure, trendOf(samples, measure)] as const);
  const measures = Object.fromEntries(trends) as Record<Measure, Trend>;
  return { minutes, runs, requests, collections, samples, measures };
}

async function predict(url: string, first: number): Promise<void> {
  const rows = Array.from({ length: ROWS_PER_REQUEST }, (_, n) => row(first + n));
  const response = await fetch(`${url}/v1/models/${ENDPOINT}:predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: rows }),
  });
  if (!response.ok) throw new Error(`the model server answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
