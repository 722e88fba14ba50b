import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RunResult } from '../../src/contracts/run.js';
import { connectClient } from '../../src/client/index.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer } from '../test-temporal.js';

export const ROWS = 3_000;
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

/** One run of the pipeline of `examples/extending` in a project that installed the package, from rows of a web API to a monitored endpoint. */
export async function runOrders(app: string, pipeline: string): Promise<RunResult> {
  const body = orders();
  const api = createServer((_request, response) => {
    response.setHeader('etag', '"january"').end(body);
  });
  await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
  const server = await startTestServer();
  const client = await connectClient({ address: server.address });
  const started: CliProcess[] = [];
  try {
    for (const words of [
      ['worker', pipeline],
      ['serve', '--endpoint', 'returns', '--port', '0'],
    ])
      started.push(
        await CliProcess.run(
          `perennial ${words.join(' ')}`,
          [join(app, 'node_modules', '.bin', 'perennial'), ...words, '--store', join(app, 'orders-store'), '--json'],
          { TEMPORAL_ADDRESS: server.address },
          app,
        ),
      );
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/orders`;
    const { workflowId } = await client.start('returns', { url, from: '2026-01-01', to: '2026-02-01' });
    return await client.result(workflowId);
  } finally {
    for (const child of started) await child.stop();
    await client.close();
    await server.stop();
    await new Promise((closed) => api.close(closed));
  }
}
