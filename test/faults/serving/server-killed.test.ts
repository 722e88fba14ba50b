import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROW, champion, createServingStore, expectedScore, post } from '../../integration/serving/served-model.js';
import type { ServingStore } from '../../integration/serving/served-model.js';

const DOOR = new URL('../../../dist/src/serving/index.js', import.meta.url).href;
const PROGRAM = `
  const { createModelServer } = await import(process.argv[1]);
  const server = await createModelServer({ store: process.argv[2], endpoint: 'flights', port: 0, replica: 'child', refreshMs: 50 });
  process.once('SIGTERM', () => server.close());
  console.log((await server.start()).url);
`;

const children: ChildProcess[] = [];
let store: ServingStore;

beforeAll(async () => {
  store = await createServingStore();
  await store.route([champion(1, await store.publish({ offset: 1 }))]);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await store.remove();
});

async function startChild(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, DOOR, store.uri], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

async function logFiles(): Promise<number> {
  let files = 0;
  for await (const info of store.artifacts.objects.list('predictions/')) files += info.bytes > 0 ? 1 : 0;
  return files;
}

describe('a model server', () => {
  it('serves again from the configuration in the store after kill -9, and a newer one when it changed meanwhile', async () => {
    const first = await startChild();
    const predict = async (url: string): Promise<Record<string, unknown>> =>
      (await post(`${url}/v1/models/flights:predict`, { instances: [ROW], ids: ['k'] })).body;
    expect(await predict(first.url)).toMatchObject({
      model_version: '1',
      predictions: [{ score: expect.closeTo(expectedScore(1, ROW), 5) }],
    });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    await store.route([champion(2, await store.publish({ offset: 2 }))]);
    const second = await startChild();
    expect((await fetch(`${second.url}/v2/health/ready`)).status).toBe(200);
    expect(await predict(second.url)).toMatchObject({
      model_version: '2',
      predictions: [{ score: expect.closeTo(expectedScore(2, ROW), 5) }],
    });
    const [replica] = await store.endpoints.replicas('flights');
    expect(replica).toMatchObject({ replica: 'child', url: second.url, pid: second.child.pid });

    const before = await logFiles();
    second.child.kill('SIGTERM');
    const [code] = (await once(second.child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(await logFiles()).toBe(before + 1);
    expect(await store.endpoints.replicas('flights')).toEqual([]);
  });
});
