import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { claimNext, trimGenerations } from '../../../src/store/folder/generations.js';
import { currentPlace } from '../../../src/store/folder/versions.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

let folder = '';
let store: ObjectStore;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-generations-'));
  store = await openObjectStore(folder);
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const plain = (): string => path.join(folder, 'a');
const generations = async (): Promise<string[]> => [...(await fs.readdir(path.join(folder, 'a.~v')))].sort();

async function swap(times: number): Promise<string> {
  let { etag } = (await store.head('a')) ?? (await store.put('a', Buffer.from('first')));
  for (let n = 1; n <= times; n += 1) ({ etag } = await store.putIfMatch('a', Buffer.from(`swap ${n}`), etag));
  return etag;
}

/** As if all of them had been written an hour ago. */
async function age(): Promise<void> {
  const then = new Date(Date.now() - 3_600_000);
  for (const name of await generations()) await fs.utimes(path.join(folder, 'a.~v', name), then, then);
}

describe('the generations of a key that is swapped again and again', () => {
  it('stay few, and the newest counts', async () => {
    for (let round = 0; round < 4; round += 1) {
      await swap(40);
      await age();
    }
    const etag = await swap(32);
    expect((await generations()).length).toBeLessThanOrEqual(64);
    expect(await store.get('a')).toEqual({ bytes: Buffer.from('swap 32'), etag });
    expect(await fs.readFile(plain(), 'utf8')).toBe('swap 32');
    expect(Number((await generations()).at(-1))).toBe(4 * 40 + 32 + 1);
  });

  it('are not removed while somebody may still write after them', async () => {
    await swap(60);
    expect(await generations()).toHaveLength(61);
    expect(trimGenerations(plain())).toBe(0);
  });

  it('are removed a few at a time where thousands lie from before', async () => {
    await swap(1);
    const top = path.join(folder, 'a.~v', '0000001000');
    for (let n = 3; n < 1_000; n += 1)
      await fs.link(path.join(folder, 'a.~v', '0000000002'), path.join(folder, 'a.~v', String(n).padStart(10, '0')));
    await age();
    await fs.writeFile(top, 'newest');
    expect(trimGenerations(plain())).toBe(64);
    expect(trimGenerations(plain(), Infinity)).toBe(1_000 - 64 - 16);
    expect((await store.get('a')).bytes.toString()).toBe('newest');
  });

  it('give nobody who slept until they were removed a number of theirs', async () => {
    await swap(5);
    const slept = currentPlace(plain());
    const staged = path.join(folder, 'late');
    await fs.writeFile(staged, 'late');
    await swap(40);
    await age();
    await swap(30);
    expect(await generations()).not.toContain('0000000007');
    expect(claimNext(plain(), slept, staged)).toBe(false);
    // A number was free, and what was put there counts for nobody, not even for another who slept.
    expect(claimNext(plain(), { ...slept, generation: 6 }, staged)).toBe(false);
    expect(claimNext(plain(), { ...slept, file: path.join(folder, 'a.~v', '0000000005'), generation: 5 }, null)).toBe(false);
    expect((await store.get('a')).bytes.toString()).toBe('swap 30');
  });

  it('work as before for any order of writes, deletes, swaps and removals', async () => {
    const action = fc.constantFrom('put', 'absent', 'match', 'stale', 'delete', 'age', 'trim', 'many');
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
        await fs.rm(folder, { recursive: true, force: true });
        store = await openObjectStore(folder);
        let text: string | null = null;
        let old = '"none"';
        for (const [n, act] of actions.entries()) {
          const bytes = Buffer.from(`${act} ${n}`);
          const head = await store.head('a');
          expect(head !== null).toBe(text !== null);
          if (act === 'put') await store.put('a', bytes);
          else if (act === 'match' && head !== null) {
            await store.putIfMatch('a', bytes, head.etag);
            old = head.etag;
          } else if (act === 'absent') {
            const writing = store.putIfAbsent('a', bytes);
            if (text === null) await writing;
            else await expect(writing).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
          } else if (act === 'stale')
            await expect(store.putIfMatch('a', bytes, old)).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
          else if (act === 'delete') await store.delete('a');
          else if (act === 'many' && head !== null) await swap(17);
          else if (act === 'age' && currentPlace(plain()).generation > 0) await age();
          else if (act === 'trim') trimGenerations(plain(), Infinity);
          if (act === 'put' || (act === 'match' && head !== null) || (act === 'absent' && text === null)) text = bytes.toString();
          if (act === 'many' && head !== null) text = 'swap 17';
          if (act === 'delete') text = null;
          if (text !== null) expect((await store.get('a')).bytes.toString()).toBe(text);
        }
      }),
      { numRuns: 6 },
    );
  });
});
