import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRegistry } from '../../../src/registry/create-registry.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { startChild, started } from './store-children.js';

jest.setTimeout(120_000);

const KILLS = 5;
const CHUNK = 64;

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-kill-'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

/** Starts a program that loops for ever, kills it with SIGKILL at different moments, and calls `check` after each. */
async function killAgainAndAgain(program: string, check: (round: number) => Promise<void>): Promise<void> {
  for (let round = 0; round < KILLS; round += 1) {
    const child = startChild(program, folder, String(round));
    const ended = once(child, 'exit');
    await started(child);
    await wait(20 + 40 * round);
    child.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    await check(round);
  }
}

describe('a process killed while it writes', () => {
  it('leaves no half-written object, and the next writer needs no repair', async () => {
    const store = await openObjectStore(folder);
    await killAgainAndAgain(
      `import { writeFile } from 'node:fs/promises';
       for (let n = 0; ; n += 1) {
         const line = String(n).padStart(${CHUNK - 1}, '.') + '\\n';
         const bytes = Buffer.from(line.repeat(8192));
         await store.put('put', bytes);
         await store.putIfAbsent('absent/' + argument + '-' + n, bytes);
         await writeFile(folder + '-source-' + argument, bytes);
         await store.putFile('file', folder + '-source-' + argument);
         const there = await store.head('swap');
         await (there ? store.putIfMatch('swap', bytes, there.etag) : store.putIfAbsent('swap', bytes));
         if (n === 0) console.log('writing');
       }`,
      async (round) => {
        await fs.rm(`${folder}-source-${round}`, { force: true });
        let seen = 0;
        for await (const { key, bytes } of store.list('')) {
          const content = (await store.get(key)).bytes;
          expect([key, bytes, content.length]).toEqual([key, CHUNK * 8192, CHUNK * 8192]);
          expect(content.equals(Buffer.from(content.toString('latin1', 0, CHUNK).repeat(8192), 'latin1'))).toBe(true);
          seen += 1;
        }
        expect(seen).toBeGreaterThanOrEqual(4);
        const { etag } = await store.get('swap');
        const next = Buffer.from(`${'next'.padStart(CHUNK - 1, '.')}\n`.repeat(8192));
        await store.putIfMatch('swap', next, etag);
        expect((await store.get('swap')).bytes.equals(next)).toBe(true);
      },
    );
  });

  it('leaves no artifact without its files and its origin', async () => {
    const artifacts = createArtifactStore(await openObjectStore(folder));
    await killAgainAndAgain(
      `const artifacts = createArtifactStore(store, { producer: { pipeline: 'p', workflowId: 'w', runId: 'r', step: 's' } });
       for (let n = 0; ; n += 1) {
         const bytes = Buffer.alloc(300000, argument + n);
         await artifacts.publish({ kind: 'value', meta: { n }, inputs: [], files: [{ name: 'a', mediaType: 'x/y', content: { bytes } }] });
         if (n === 0) console.log('writing');
       }`,
      async () => {
        let seen = 0;
        for await (const { key } of artifacts.objects.list('artifacts/value/')) {
          if (key.includes('/produced-by/')) continue;
          const ref = await artifacts.find('value', path.basename(key, '.json'));
          await artifacts.localFile(ref, 'a');
          expect(await artifacts.objects.head(`artifacts/value/${ref.id}/produced-by/w.s.json`)).not.toBeNull();
          seen += 1;
        }
        expect(seen).toBeGreaterThan(0);
      },
    );
  });

  it('leaves a registry whose log is whole and whose aliases the next change brings up to it', async () => {
    const objects = await openObjectStore(folder);
    const model = 'm';
    await killAgainAndAgain(
      `const registry = createRegistry(store);
       const champion = async () => (await registry.log('m')).findLast(({ action }) => action === 'promote')?.version ?? null;
       for (let n = 0; ; n += 1) {
         const run = argument + '-' + n;
         const artifact = { kind: 'model', id: run, sha256: run, bytes: 0, uri: 'file:///', meta: {} };
         const { version } = await registry.register({ model: 'm', artifact, evaluation: null, metrics: {}, window: { from: '', to: '' }, workflowId: run, runId: run });
         await registry.promote({ model: 'm', version, expectedChampion: await champion(), basis: { person: 'x', reason: 'next' }, workflowId: run });
         if (n === 0) console.log('writing');
       }`,
      async (round) => {
        const registry = createRegistry(objects);
        await registry.verifyLog(model);
        const log = await registry.log(model);
        const newest = log.findLast(({ action }) => action === 'promote');
        const versions = await registry.versions(model);
        const last = versions.at(-1)!;
        await registry.register({ ...last, artifact: last.artifact });
        await registry.reject({ model, version: 1, reasons: ['repair'], workflowId: `repair-${round}` });
        expect((await registry.alias(model, 'champion'))?.record.version).toBe(newest?.version);
        const registered = (await registry.log(model))
          .filter(({ action }) => action === 'register')
          .map(({ version }) => version);
        expect(registered).toEqual(versions.map(({ version }) => version));
        await registry.verifyLog(model);
      },
    );
  });
});
