import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

const FOLDER = resolve('.perennial', `extending-${process.pid}`);
const ROWS = 3_000;
const DAY_MS = 86_400_000;

/** Orders of a month; expensive ones, and those of the night, are sent back more often. */
function orders(): string {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const at = new Date(Date.UTC(2026, 0, 1) + (row / ROWS) * 30 * DAY_MS);
    const amount = 10 + 90 * random();
    const atNight = at.getUTCHours() < 6 ? 1.5 : 0;
    const returned = random() < 1 / (1 + Math.exp(3.5 - amount / 25 - atNight));
    const product = `${row % 2 === 0 ? 'AB' : 'XY'}-${String(row % 10_000).padStart(4, '0')}`;
    return { at: at.toISOString(), customer: `c${Math.floor(random() * 400)}`, product, amount, items: 1 + (row % 3), returned };
  });
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

describe('a pipeline whose parts are kinds of its user', () => {
  let api: Server;
  let server: TestServer;
  let client: PipelineClient;
  const processes: CliProcess[] = [];

  beforeAll(async () => {
    const body = orders();
    api = createServer((_request, response) => {
      response.setHeader('etag', '"january"').end(body);
    });
    await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
    await mkdir(FOLDER, { recursive: true });
    server = await startTestServer();
    client = await connectClient({ address: server.address });
    const store = ['--store', resolve(FOLDER, 'store')];
    for (const words of [
      ['worker', resolve('examples/extending/pipeline.ts')],
      ['serve', '--endpoint', 'returns', '--port', '0'],
    ])
      processes.push(await CliProcess.start([...words, ...store], { TEMPORAL_ADDRESS: server.address }));
  }, 120_000);
  afterAll(async () => {
    for (const started of processes) await started.stop();
    await client.close();
    await server.stop();
    await new Promise((closed) => api.close(closed));
    await rm(FOLDER, { recursive: true, force: true });
  }, 60_000);

  const run = async (): Promise<Awaited<ReturnType<PipelineClient['result']>>> => {
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/orders`;
    const { workflowId } = await client.start('returns', { url, from: '2026-01-01', to: '2026-02-01' });
    return client.result(workflowId);
  };

  it('goes from rows of a web API to a monitored endpoint', async () => {
    const { status, results } = await run();
    expect(status).toBe('succeeded');
    expect(results).toMatchObject({
      ingest: { meta: { rows: ROWS } },
      train: { meta: { trainer: 'logistic_regression', metrics: { train_log_loss: expect.any(Number) } } },
      evaluate: {
        decision: 'blessed',
        metrics: { roc_auc: expect.any(Number), cost_per_row: expect.any(Number) },
        gate: { metric: 'cost_per_row' },
      },
      deploy: { outcome: 'promoted' },
      monitor: { endpoint: 'returns' },
    });
    const { metrics } = results['evaluate'] as { readonly metrics: { readonly roc_auc: number } };
    expect(metrics.roc_auc).toBeGreaterThan(0.7);
  }, 120_000);
});
