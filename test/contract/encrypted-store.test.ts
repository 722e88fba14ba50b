import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import '../../examples/extending/encrypted-store.js';
import { openObjectStore } from '../../src/store/open-store.js';
import type { ObjectStore } from '../../src/store/port.js';
import { objectStoreContract } from '../../src/testing/object-store-contract.js';

let folder = '';
let store: ObjectStore;
beforeAll(async () => {
  process.env['ENCRYPTED_STORE_TEST_KEY'] = randomBytes(32).toString('hex');
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-encrypted-'));
  store = await openObjectStore(`encrypted://${folder}?key=ENCRYPTED_STORE_TEST_KEY`);
});
afterAll(async () => {
  Reflect.deleteProperty(process.env, 'ENCRYPTED_STORE_TEST_KEY');
  await fs.rm(folder, { recursive: true, force: true });
});

describe('an object store of a kind that was added, around one in a folder', () => {
  for (const { title, run } of objectStoreContract) it(title, () => run(store));

  it('leaves nothing readable in the folder', async () => {
    await store.put('plain', Buffer.from('a sentence'));
    const inner = await openObjectStore(folder);
    expect((await inner.get('plain')).bytes.includes('sentence')).toBe(false);
    expect((await store.get('plain')).bytes.toString()).toBe('a sentence');
  });
});
