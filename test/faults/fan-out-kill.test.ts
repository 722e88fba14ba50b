import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, type PipelineClient } from '../../src/client/index.js';
import { CliProcess } from '../test-processes.js';
import { startTestServer, type TestServer } from '../test-temporal.js';

const folder = await mkdtemp(join(tmpdir(), 'perennial-wide-'));
const effects = join(folder, 'effects');

let server: TestServer;
let worker: CliProcess;
let client: PipelineClient;
const startWorker = (): Promise<CliProcess> =>
  CliProcess.start(['worker', 'test/faults/fixtures/wide.ts'], {
    PERENNIAL_STORE: join(folder, 'store'),
    TEMPORAL_ADDRESS: server.address,
  });

beforeAll(async () => {
  await mkdir(effects);
  server = await startTestServer();
  worker = await startWorker();
  client = await connectClient({ address: server.address });
}, 60_000);

afterAll(async () => {
  await client.close();
  await worker.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** How often each effect was seen: `one-17` ran so many times. */
async function seen(prefix: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const file of await readdir(effects)) {
    const name = file.split('-').slice(0, -2).join('-');
    if (name.startsWith(prefix)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function killWhen(ready: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await ready()); tries++) {
    if (tries > 1_500) throw new Error(`nothing to interrupt: ${worker.output.slice(-2_000)}`);
    await sleep(20);
  }
  await worker.kill9();
  worker = await startWorker();
}

describe('kill -9 of the worker', () => {
  it('in a chain of light steps, in a sharded map and in a called run repeats only what was under way', async () => {
    const { workflowId } = await client.start('wide', { effects }, { workflowId: 'wide' });
    await killWhen(async () => (await seen('light')).size === 3);
    await killWhen(async () => (await seen('one')).size >= 150);
    const before = await seen('one');
    await killWhen(async () => (await seen('work-began')).size === 1);

    const { status, result } = await client.result(workflowId);
    expect(status).toBe('succeeded');
    expect(result).toEqual({ sum: (599 * 600) / 2, called: 'worked', light: 6 });

    const light = await seen('light');
    expect(light.size).toBe(6);
    // The one that was under way when the worker died ran again; those before it did not.
    expect([light.get('light-0'), light.get('light-1')]).toEqual([1, 1]);

    const items = await seen('one');
    expect(items.size).toBe(600);
    const repeated = [...items].filter(([, times]) => times > 1).map(([name]) => name);
    // At most what the worker had in hand when it died; whatever had ended stays ended.
    expect(repeated.length).toBeLessThanOrEqual(100);
    expect(repeated.length).toBeLessThan(before.size);

    expect((await seen('work-ended')).get('work-ended')).toBe(1);
  }, 120_000);
});
