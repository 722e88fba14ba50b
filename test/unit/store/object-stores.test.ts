import { describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { defineObjectStore, type StoreAddress } from '../../../src/extend/index.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

const fake = (uri: string): ObjectStore => ({
  uri,
  get: () => Promise.reject(new Error('not asked')),
  head: () => Promise.resolve(null),
  put: () => Promise.resolve({ etag: '1' }),
  putIfAbsent: () => Promise.resolve({ etag: '1' }),
  putIfMatch: () => Promise.resolve({ etag: '1' }),
  list: async function* () {
    /* it is empty */
  },
  delete: () => Promise.resolve(),
  putFile: () => Promise.resolve({ etag: '1' }),
  getFile: () => Promise.resolve(),
  localPath: () => null,
});

describe('the kinds of object stores', () => {
  it('an address of an unknown scheme is refused with the schemes that there are', async () => {
    await expect(openObjectStore('gs://bucket/prefix')).rejects.toMatchObject({
      code: 'STORE_URI_INVALID',
      message: expect.stringContaining('the scheme "gs" is not one of file, s3'),
    });
  });

  it('a kind that was added gets the path and the options of its addresses', async () => {
    const opened: StoreAddress<{ region?: string; retries?: number; open?: boolean }>[] = [];
    defineObjectStore<{ region?: string; retries?: number; open?: boolean }>({
      scheme: 'shelf',
      options: {
        properties: { region: { type: 'string' }, retries: { type: 'integer', minimum: 1 }, open: { type: 'boolean' } },
      },
      open: (address) => {
        opened.push(address);
        return fake(address.uri);
      },
    });
    const uri = 'shelf://room/row?region=7&retries=3&open=true';
    expect((await openObjectStore(uri, { patienceMs: 5 })).uri).toBe(uri);
    expect(opened).toEqual([
      { uri, path: 'room/row', options: { region: '7', retries: 3, open: true }, patienceMs: 5, pageKeys: 1_000 },
    ]);
    await expect(openObjectStore('shelf://room?retries=many&colour=red')).rejects.toMatchObject({
      code: 'EXTENSION_OPTIONS_INVALID',
      message: expect.stringMatching(/`retries`: expected a whole number of at least 1[^]*colour/),
    });
    await expect(openObjectStore('hs://bucket')).rejects.toThrow('not one of file, s3, shelf');
  });

  it('a wrong definition, a taken scheme and what is no store are refused', async () => {
    const define = (definition: unknown) => (): void => {
      defineObjectStore(definition as Parameters<typeof defineObjectStore>[0]);
    };
    const open = (): ObjectStore => 7 as unknown as ObjectStore;
    expect(define({ scheme: 'gs' })).toThrow('`open` of a store is missing');
    expect(define({ scheme: 's3', open })).toThrow('there is a store "s3" already');
    expect(define({ scheme: 'Gs', open })).toThrow('lower case letters');
    expect(define({ scheme: 'gs', open, options: { properties: {}, required: ['x'] } })).toThrow('`required` names x');
    define({ scheme: 'hollow', open })();
    await expect(openObjectStore('hollow://x')).rejects.toMatchObject({ code: 'EXTENSION_RESULT_INVALID' });
    await expect(openObjectStore({ uri: 'x' } as ObjectStore)).rejects.toMatchObject({
      code: 'STORE_URI_INVALID',
      message: expect.stringContaining('without get, head, put'),
    });
  });

  it('a store that is open already is taken as it is; a folder is named by its path or its address', async () => {
    const store = fake('memory');
    expect(await openObjectStore(store)).toBe(store);
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial store #?'));
    try {
      const opened = await openObjectStore(folder);
      await opened.put('a', Buffer.from('1'));
      expect(await (await openObjectStore(opened.address ?? '')).head('a')).toMatchObject({ bytes: 1 });
      expect(opened.localPath('a')).toBe(path.join(folder, 'a'));
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  });
});
