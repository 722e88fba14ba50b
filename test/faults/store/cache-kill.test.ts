import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import type { CacheEntry } from '../../../src/contracts/store/cache.js';
import { objectKey } from '../../../src/store/artifacts/artifact-keys.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

jest.setTimeout(120_000);

type Line = {
  readonly n: number;
  readonly status: string;
  readonly cached: boolean;
  readonly result: { readonly made: ArtifactRef };
};
type Child = { readonly process: ChildProcess; readonly lines: Line[]; readonly ended: Promise<unknown[]> };

describe('the cache, when a process is killed', () => {
  let store: string;
  let objects: ObjectStore;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'perennial-cache-kill-'));
    objects = await openObjectStore(store);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(store, { recursive: true, force: true });
  });

  function start(...words: string[]): Child {
    const child = spawn(process.execPath, ['test/faults/fixtures/processes/cached-work.mjs', store, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: Line[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.map((line) => JSON.parse(line) as Line));
    });
    return { process: child, lines, ended: once(child, 'close') };
  }

  async function finished(...numbers: string[]): Promise<readonly Line[]> {
    const child = start(...numbers);
    expect(await child.ended).toEqual([0, null]);
    return child.lines;
  }

  async function keysOf(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of objects.list(prefix)) keys.push(key);
    return keys;
  }

  async function soon(what: () => Promise<boolean> | boolean): Promise<void> {
    for (let tries = 0; !(await what()); tries += 1) {
      expect(tries).toBeLessThan(3_000);
      await sleep(20);
    }
  }

  it('while entries are written, holds only whole ones, and later runs need no repair', async () => {
    const told: Line[] = [];
    for (const afterMs of [5, 23]) {
      const looping = start('loop');
      await soon(() => looping.lines.length > told.length);
      await sleep(afterMs);
      looping.process.kill('SIGKILL');
      expect((await looping.ended)[1]).toBe('SIGKILL');
      // What an earlier round has kept is taken, the rest computed.
      expect(looping.lines.map(({ status }) => status)).toEqual(looping.lines.map(() => 'succeeded'));
      expect(looping.lines.slice(0, told.length).map(({ cached }) => cached)).toEqual(told.map(() => true));
      told.splice(0, told.length, ...looping.lines);
    }
    const entries = (await keysOf('cache/')).filter((key) => /^cache\/[0-9a-f]{64}\.json$/.test(key));
    expect(entries.length).toBeGreaterThanOrEqual(told.length);
    for (const key of entries) {
      const entry = JSON.parse((await objects.get(key)).bytes.toString()) as CacheEntry;
      expect(key).toBe(`cache/${entry.key}.json`);
      const { made } = entry.outcome.result as Line['result'];
      expect((await createArtifactStore(objects).readFile(made, 'n')).toString()).toMatch(/^number \d+$/);
    }
    // The one that was being made when the last round was killed.
    expect(await finished(String(told.length))).toMatchObject([{ status: 'succeeded' }]);
  });

  it('with a computation under way, lets the process that waits for it take over', async () => {
    const holder = start('7', 'hangs');
    await soon(async () => (await keysOf('cache/leases/')).length === 1);
    const waiter = start('7', '7');
    await sleep(2_500);
    expect(waiter.lines).toEqual([]);
    holder.process.kill('SIGKILL');
    expect((await holder.ended)[1]).toBe('SIGKILL');
    expect(await waiter.ended).toEqual([0, null]);
    expect(waiter.lines).toMatchObject([
      { n: 7, status: 'succeeded', cached: false },
      { n: 7, status: 'succeeded', cached: true },
    ]);
    expect(await keysOf('cache/leases/')).toEqual([]);
  });

  it('computes again what has lost its artifact, and says so', async () => {
    const [first] = await finished('1');
    if (first === undefined) throw new Error('the child told nothing');
    const { made } = first.result;
    const { files } = await createArtifactStore(objects).manifest(made);
    await objects.delete(objectKey(files[0]?.sha256 ?? ''));
    expect(await finished('1', '1')).toMatchObject([
      { status: 'succeeded', cached: false },
      { status: 'succeeded', cached: true },
    ]);
    const reasons: string[] = [];
    for (const key of await keysOf('runs/')) reasons.push((await objects.get(key)).bytes.toString());
    expect(reasons.join('\n')).toContain(`artifact gone: value/${made.id}`);
  });
});
