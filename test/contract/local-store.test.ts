import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openObjectStore } from '../../src/store/open-store.js';
import type { ObjectStore } from '../../src/store/port.js';
import { objectStoreContract } from '../../src/testing/object-store-contract.js';

jest.setTimeout(60_000);

let folder = '';
let store: ObjectStore;
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-store-'));
  store = await openObjectStore(folder);
});
afterAll(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

describe('an object store in a folder', () => {
  for (const { title, run } of objectStoreContract) it(title, () => run(store));
});
