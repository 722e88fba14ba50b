import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { reasonOf } from '../errors/describe-thrown.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { ErrorCode } from '../errors/codes.js';
import type { ObjectStore } from '../store/port.js';

/** One case of the contract: a name, and what throws when the store breaks it. */
export interface ObjectStoreContractCase {
  /** A sentence about every object store. */
  readonly title: string;
  /** Rejects with an AssertionError when the store breaks it. Works below a key of its own and clears that away. */
  readonly run: (store: ObjectStore) => Promise<void>;
}

const WRITERS = 20;
const MULTIPART_BYTES = 12 << 20;

type Body = (store: ObjectStore, at: (name: string) => string) => Promise<void>;

/** What an `ObjectStore` promises, for any test framework: `for (const { title, run } of objectStoreContract) it(title, () => run(store))`. */
export const objectStoreContract: readonly ObjectStoreContractCase[] = [
  contractCase('gives back the bytes that were put, also none and any byte', async (store, at) => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const [name, bytes] of [
      ['every', every],
      ['none', Buffer.alloc(0)],
    ] as const) {
      const { etag } = await store.put(at(name), bytes);
      assert.deepEqual(await store.get(at(name)), { bytes, etag });
    }
  }),
  contractCase('says what it has without reading it', async (store, at) => {
    const before = Date.now() - 120_000;
    const { etag } = await store.put(at('a'), Buffer.from('12345'));
    const info = await store.head(at('a'));
    assert.deepEqual({ ...info, modifiedAt: '' }, { key: at('a'), bytes: 5, etag, modifiedAt: '' });
    assert.ok(Date.parse(info?.modifiedAt ?? '') > before);
    assert.equal(await store.head(at('b')), null);
  }),
  contractCase('answers STORE_NOT_FOUND for what it does not have, also for the beginning of a key', async (store, at) => {
    await store.put(at('folder/a'), Buffer.from('1'));
    await rejectsWith('STORE_NOT_FOUND', () => store.get(at('b')));
    await rejectsWith('STORE_NOT_FOUND', () => store.get(at('folder')));
    await rejectsWith('STORE_NOT_FOUND', () => store.getFile(at('b'), path.join(os.tmpdir(), randomName())));
    assert.equal(await store.head(at('folder')), null);
  }),
  contractCase('refuses an object larger than the reader allows', async (store, at) => {
    await store.put(at('a'), Buffer.alloc(1_000));
    assert.equal((await store.get(at('a'), { maxBytes: 1_000 })).bytes.length, 1_000);
    await rejectsWith('STORE_OBJECT_TOO_LARGE', () => store.get(at('a'), { maxBytes: 999 }));
  }),
  contractCase('replaces an object whole', async (store, at) => {
    const first = await store.put(at('a'), Buffer.from('first and longer'));
    const second = await store.put(at('a'), Buffer.from('second'));
    assert.notEqual(second.etag, first.etag);
    assert.equal(await text(store, at('a')), 'second');
  }),
  contractCase('deletes, and takes a second delete for done', async (store, at) => {
    await store.put(at('a'), Buffer.from('1'));
    await store.delete(at('a'));
    await store.delete(at('a'));
    assert.equal(await store.head(at('a')), null);
    assert.deepEqual(await keys(store, at('')), []);
  }),
  contractCase('lists by prefix in the order of the bytes of the keys', async (store, at) => {
    const names = ['b', 'a/x', 'a-b', 'a.b', 'a/é', 'a/Z', 'ab', 'c/d/e', 'a/10', 'a/9'];
    for (const name of names) await store.put(at(name), Buffer.from(name));
    const sorted = names.map(at).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.deepEqual(await keys(store, at('')), sorted);
    assert.deepEqual(
      await keys(store, at('a/')),
      sorted.filter((key) => key.startsWith(at('a/'))),
    );
    assert.deepEqual(
      await keys(store, at('a')),
      sorted.filter((key) => key.startsWith(at('a'))),
    );
    assert.deepEqual(await keys(store, at('nothing/')), []);
  }),
  contractCase('puts an object if absent once', async (store, at) => {
    const { etag } = await store.putIfAbsent(at('a'), Buffer.from('first'));
    await rejectsWith('STORE_CONFLICT', () => store.putIfAbsent(at('a'), Buffer.from('second')));
    await rejectsWith('STORE_CONFLICT', () => store.putIfAbsent(at('a'), Buffer.from('first')));
    assert.deepEqual(await store.get(at('a')), { bytes: Buffer.from('first'), etag });
    await store.delete(at('a'));
    await store.putIfAbsent(at('a'), Buffer.from('third'));
    assert.equal(await text(store, at('a')), 'third');
  }),
  contractCase(`keeps an object that is written once, with one winner among ${WRITERS}`, async (store, at) => {
    const won = await race((writer) => store.putIfAbsent(at('a'), Buffer.from(`writer ${writer}`), { writeOnce: true }));
    assert.equal(won.length, 1);
    assert.equal(await text(store, at('a')), `writer ${String(won[0])}`);
    await rejectsWith('STORE_CONFLICT', () => store.putIfAbsent(at('a'), Buffer.from('late'), { writeOnce: true }));
    await rejectsWith('STORE_CONFLICT', () => store.putIfAbsent(at('a'), Buffer.from('late')));
    const { etag } = await store.putIfAbsent(at('b'), Buffer.from('b'), { writeOnce: true });
    assert.deepEqual(await store.get(at('b')), { bytes: Buffer.from('b'), etag });
    assert.deepEqual(await keys(store, at('')), [at('a'), at('b')]);
  }),
  contractCase('swaps an object only when its etag is still the one that was read', async (store, at) => {
    await rejectsWith('STORE_CONFLICT', () => store.putIfMatch(at('a'), Buffer.from('1'), '"0"'));
    const first = await store.put(at('a'), Buffer.from('1'));
    const second = await store.putIfMatch(at('a'), Buffer.from('2'), first.etag);
    await rejectsWith('STORE_CONFLICT', () => store.putIfMatch(at('a'), Buffer.from('x'), first.etag));
    const third = await store.putIfMatch(at('a'), Buffer.from('3'), second.etag);
    assert.deepEqual(await store.get(at('a')), { bytes: Buffer.from('3'), etag: third.etag });
    assert.equal((await store.head(at('a')))?.etag, third.etag);
    assert.deepEqual(await keys(store, at('')), [at('a')]);
  }),
  contractCase('keeps put, delete and put-if-absent working on an object that was swapped', async (store, at) => {
    const first = await store.putIfAbsent(at('a'), Buffer.from('1'));
    await store.putIfMatch(at('a'), Buffer.from('2'), first.etag);
    const put = await store.put(at('a'), Buffer.from('3'));
    assert.deepEqual(await store.get(at('a')), { bytes: Buffer.from('3'), etag: put.etag });
    await rejectsWith('STORE_CONFLICT', () => store.putIfAbsent(at('a'), Buffer.from('x')));
    await store.delete(at('a'));
    await rejectsWith('STORE_NOT_FOUND', () => store.get(at('a')));
    await rejectsWith('STORE_CONFLICT', () => store.putIfMatch(at('a'), Buffer.from('x'), put.etag));
    assert.deepEqual(await keys(store, at('')), []);
    const again = await store.putIfAbsent(at('a'), Buffer.from('4'));
    await store.putIfMatch(at('a'), Buffer.from('5'), again.etag);
    assert.equal(await text(store, at('a')), '5');
  }),
  contractCase(`has one winner among ${WRITERS} racing puts if absent`, async (store, at) => {
    const won = await race((writer) => store.putIfAbsent(at('a'), Buffer.from(`writer ${writer}`)));
    assert.equal(won.length, 1);
    assert.equal(await text(store, at('a')), `writer ${String(won[0])}`);
  }),
  contractCase(`has one winner among ${WRITERS} racing swaps, round after round`, async (store, at) => {
    let { etag } = await store.put(at('a'), Buffer.from('start'));
    for (let round = 0; round < 3; round += 1) {
      const seen = etag;
      const won = await race((writer) => store.putIfMatch(at('a'), Buffer.from(`round ${round} writer ${writer}`), seen));
      assert.equal(won.length, 1);
      assert.equal(await text(store, at('a')), `round ${round} writer ${String(won[0])}`);
      ({ etag } = await store.get(at('a')));
    }
  }),
  contractCase('streams files in and out, also in several parts', async (store, at) => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-contract-'));
    try {
      for (const size of [0, 1_000, MULTIPART_BYTES]) {
        const bytes = randomBytes(size);
        await fs.writeFile(path.join(folder, 'in'), bytes);
        const { etag } = await store.putFile(at(`file-${size}`), path.join(folder, 'in'));
        assert.deepEqual((await store.head(at(`file-${size}`)))?.etag, etag);
        await store.getFile(at(`file-${size}`), path.join(folder, `out-${size}`));
        assert.ok((await fs.readFile(path.join(folder, `out-${size}`))).equals(bytes));
      }
      assert.deepEqual([...(await fs.readdir(folder))].sort(), ['in', 'out-0', 'out-1000', `out-${MULTIPART_BYTES}`]);
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  }),
  contractCase('gives a path only where the object is a file on this machine', async (store, at) => {
    await store.put(at('a'), Buffer.from('here'));
    const local = store.localPath(at('a'));
    if (local !== null) assert.equal(await fs.readFile(local, 'utf8'), 'here');
  }),
  contractCase('refuses keys that leave the store or are reserved', async (store) => {
    for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'a/./b', 'a\\b', 'a\nb', '.~tmp/a', 'a.~v', 'x'.repeat(241)]) {
      await rejectsWith('STORE_KEY_INVALID', () => store.put(key, Buffer.from('x')));
      await rejectsWith('STORE_KEY_INVALID', () => store.get(key));
    }
  }),
];

function contractCase(title: string, body: Body): ObjectStoreContractCase {
  return {
    title,
    run: async (store) => {
      const root = `contract/${randomName()}/`;
      try {
        await body(store, (name) => root + name);
      } finally {
        for await (const { key } of store.list(root)) await store.delete(key);
      }
    },
  };
}

/** Starts all writers at once; returns those that won. Anything but a win or STORE_CONFLICT is passed on. */
async function race(write: (writer: number) => Promise<unknown>): Promise<number[]> {
  const outcomes = await Promise.allSettled(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !(isPipelineError(outcome.reason) && outcome.reason.code === 'STORE_CONFLICT'))
      throw outcome.reason;
  }
  return outcomes.flatMap((outcome, writer) => (outcome.status === 'fulfilled' ? [writer] : []));
}

async function rejectsWith(code: ErrorCode, work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.equal(isPipelineError(error) ? error.code : reasonOf(error), code);
    return true;
  });
}

async function keys(store: ObjectStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
}

const text = async (store: ObjectStore, key: string): Promise<string> => (await store.get(key)).bytes.toString('utf8');
const randomName = (): string => randomBytes(8).toString('hex');
