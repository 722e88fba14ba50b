import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArtifactRef } from '../../../src/contracts/artifact.js';
import { cacheLimit } from '../../../src/store/artifacts/cache-limit.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { sha256Hex } from '../../../src/store/hash.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

const KIB = 1024;
const HOUR_S = 3_600;

let root = '';
let remote: ObjectStore;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-object-cache-'));
  const inner = await openObjectStore(path.join(root, 'store'));
  remote = {
    uri: inner.uri,
    localPath: () => null,
    get: (key, options) => inner.get(key, options),
    head: (key) => inner.head(key),
    put: (key, bytes) => inner.put(key, bytes),
    putIfAbsent: (key, bytes) => inner.putIfAbsent(key, bytes),
    putIfMatch: (key, bytes, etag) => inner.putIfMatch(key, bytes, etag),
    putFile: (key, file) => inner.putFile(key, file),
    getFile: (key, file) => inner.getFile(key, file),
    delete: (key) => inner.delete(key),
    list: (prefix) => inner.list(prefix),
  };
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

const cache = (): string => path.join(root, 'cache');
/** As another process would open it: nothing that this one has handed out counts. */
const open = (cacheBytes: number) => createArtifactStore(remote, { cacheFolder: cache(), cacheBytes });
const bytesOf = (n: number): Buffer => Buffer.alloc(100 * KIB, n);
const publish = (n: number): Promise<ArtifactRef> =>
  open(KIB).publish({
    kind: 'files',
    files: [{ name: 'a', mediaType: 'text/plain', content: { bytes: bytesOf(n) } }],
    meta: { n },
    inputs: [],
  });
const cached = async (): Promise<string[]> => [...(await fs.readdir(cache()))].sort();
const nameOf = (n: number): string => sha256Hex(bytesOf(n));
/** As if it had last been used so many hours ago. */
async function unusedFor(n: number, hours: number): Promise<void> {
  const file = path.join(cache(), nameOf(n));
  const { mtimeMs } = await fs.stat(file);
  await fs.utimes(file, Date.now() / 1000 - hours * HOUR_S, mtimeMs / 1000);
}

describe('the local cache of objects of a remote store', () => {
  it('stays below its limit: what nobody used for longest goes first, what was used again stays', async () => {
    const refs = [];
    for (let n = 0; n < 5; n += 1) refs.push(await publish(n));
    const limit = 350 * KIB;
    for (const [n, ref] of refs.slice(0, 3).entries()) {
      await open(limit + n).localFile(ref, 'a');
      await unusedFor(n, 10 - n);
    }
    // A user of its own limit each time, so that each counts as one process: the first file is used again.
    await open(limit + 3).localFile(refs[0] as ArtifactRef, 'a');
    await unusedFor(0, 1);
    await open(limit + 4).localFile(refs[3] as ArtifactRef, 'a');
    expect(await cached()).toEqual([nameOf(0), nameOf(2), nameOf(3)].sort());
    await open(limit + 5).localFile(refs[4] as ArtifactRef, 'a');
    expect(await cached()).toEqual([nameOf(0), nameOf(3), nameOf(4)].sort());
    expect(await fs.readFile(await open(limit + 6).localFile(refs[1] as ArtifactRef, 'a'))).toEqual(bytesOf(1));
  });

  it('never removes what a step of this process has in hand, nor what another process has marked as used', async () => {
    const refs = [];
    for (let n = 0; n < 4; n += 1) refs.push(await publish(n));
    const limit = 250 * KIB;
    const step = open(limit);
    const inHand = await step.localFile(refs[0] as ArtifactRef, 'a');
    await unusedFor(0, 10);
    await open(limit + 1).localFile(refs[1] as ArtifactRef, 'a');
    for (const ref of refs.slice(2)) await open(limit).localFile(ref, 'a');
    expect(await cached()).toEqual([0, 1, 2, 3].map(nameOf).sort());
    expect(await step.localFile(refs[0] as ArtifactRef, 'a')).toBe(inHand);
    await unusedFor(1, 10);
    await open(limit + 2).localFile(refs[1] as ArtifactRef, 'a');
    expect(await cached()).toContain(nameOf(1));
  });

  it('removes what killed downloads left, and takes a mark for no change of the file', async () => {
    const ref = await publish(0);
    const step = open(KIB);
    await step.localFile(ref, 'a');
    const before = await fs.stat(path.join(cache(), nameOf(0)), { bigint: true });
    const part = path.join(cache(), `${nameOf(1)}.part-1-abc`);
    await fs.writeFile(part, '1');
    await fs.utimes(part, 0, 0);
    await step.localFile(ref, 'a');
    expect((await fs.stat(path.join(cache(), nameOf(0)), { bigint: true })).mtimeNs).toBe(before.mtimeNs);
    await open(KIB + 1).localFile(await publish(2), 'a');
    expect(await cached()).not.toContain(path.basename(part));
  });

  it('has a limit of 20 GiB, or what the environment says', () => {
    expect(cacheLimit({})).toBe(20 * 2 ** 30);
    expect(cacheLimit({ PERENNIAL_CACHE_LIMIT: '1.5 MiB' })).toBe(1.5 * 2 ** 20);
    expect(() => cacheLimit({ PERENNIAL_CACHE_LIMIT: '5000' })).toThrow(
      expect.objectContaining({ code: 'STORE_CACHE_LIMIT_INVALID' }),
    );
  });
});
