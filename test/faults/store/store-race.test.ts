import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { outputOf, startChild, started } from './store-children.js';

jest.setTimeout(120_000);

const PROCESSES = 6;
const WRITERS_EACH = 2;
const ROUNDS = 20;

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-race-'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

/** Children that say when they are ready, start together when their input closes, and print what they did. */
async function together(program: string, count: number): Promise<string[]> {
  const waiting = `process.stdout.write(' '); await new Promise((go) => process.stdin.on('end', go).resume());`;
  const children = Array.from({ length: count }, (_, n) => startChild(`${waiting} ${program}`, folder, String(n)));
  const outputs = children.map(outputOf);
  await Promise.all(children.map(started));
  for (const child of children) child.stdin?.end();
  return Promise.all(outputs);
}

describe('processes that race on a folder', () => {
  it(`have one winner of ${PROCESSES * WRITERS_EACH} for every put if absent and every swap`, async () => {
    const store = await openObjectStore(folder);
    const { etag } = await store.put('swap/0', Buffer.from('start'));
    const outputs = await together(
      `const attempt = (write) => write().then(() => 1, (error) => { if (error.code === 'STORE_CONFLICT') return 0; throw error; });
       const won = { absent: 0, swap: 0 };
       let { etag } = await store.get('swap/0');
       for (let round = 0; round < ${ROUNDS}; round += 1) {
         const name = (writer) => Buffer.from(\`\${argument}-\${writer}-\${round}\`);
         for (const writer of [0, 1]) won.absent += await attempt(() => store.putIfAbsent('absent/' + round, name(writer)));
         const tries = await Promise.all([0, 1].map((writer) => attempt(() => store.putIfMatch('swap/0', name(writer), etag))));
         won.swap += tries[0] + tries[1];
         ({ etag } = await store.get('swap/0'));
       }
       console.log(JSON.stringify(won));`,
      PROCESSES,
    );
    const won = outputs.map((output) => JSON.parse(output) as { absent: number; swap: number });
    expect(won.reduce((sum, { absent }) => sum + absent, 0)).toBe(ROUNDS);
    const generations = (await fs.readdir(path.join(folder, 'swap', '0.~v'))).length;
    expect(won.reduce((sum, { swap }) => sum + swap, 0)).toBe(generations - 1);
    expect((await store.get('swap/0')).etag).not.toBe(etag);
  });

  it('promote one of two versions, and the log shows one entry', async () => {
    const registry = createRegistry(await openObjectStore(folder));
    const model = 'flight-delay';
    for (const run of ['r1', 'r2', 'r3', 'r4', 'r5']) {
      await registry.register({
        model,
        artifact: { kind: 'model', id: run, sha256: run, bytes: 0, uri: 'file:///', meta: {} },
        evaluation: null,
        metrics: {},
        window: { from: '2001-01-01', to: '2001-02-01' },
        workflowId: run,
        runId: run,
      });
    }
    await registry.promote({
      model,
      version: 1,
      expectedChampion: null,
      basis: { person: 'x', reason: 'first' },
      workflowId: 'r1',
    });
    const outputs = await together(
      `const version = Number(argument) + 2;
       await createRegistry(store)
         .promote({ model: '${model}', version, expectedChampion: 1, basis: { person: 'x', reason: 'race' }, workflowId: 'r' + version })
         .then(() => console.log('won ' + version), (error) => console.log(error.code + ' ' + error.message));`,
      4,
    );
    const won = outputs.filter((output) => output.startsWith('won'));
    expect(won).toHaveLength(1);
    for (const output of outputs)
      if (output !== won[0]) expect(output).toMatch(/^REGISTRY_RACE_LOST .*expected version 1, got version [2-5]/);
    const version = Number(won[0]?.split(' ')[1]);
    const promotions = (await registry.log(model)).filter(({ action }) => action === 'promote');
    expect(promotions.map((entry) => entry.version)).toEqual([1, version]);
    expect((await registry.alias(model, 'champion'))?.record.version).toBe(version);
    expect((await registry.alias(model, 'previous'))?.record.version).toBe(1);
    await registry.verifyLog(model);
  });
});
