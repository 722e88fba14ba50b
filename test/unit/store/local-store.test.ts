import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

let folder = '';
let store: ObjectStore;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-store-'));
  store = await openObjectStore(folder);
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): Promise<string> => fs.readFile(path.join(folder, name), 'utf8');

describe('a store in a folder', () => {
  it('keeps a swapped object readable as a plain file, whoever wrote it last', async () => {
    const first = await store.putIfAbsent('aliases/champion.json', Buffer.from('1'));
    const second = await store.putIfMatch('aliases/champion.json', Buffer.from('2'), first.etag);
    expect(await inFolder('aliases/champion.json')).toBe('2');
    await store.putIfMatch('aliases/champion.json', Buffer.from('3'), second.etag);
    expect(await inFolder('aliases/champion.json')).toBe('3');
    await store.delete('aliases/champion.json');
    await expect(inFolder('aliases/champion.json')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('believes the generations, not a copy left old by a killed writer', async () => {
    const { etag } = await store.put('a', Buffer.from('1'));
    await store.putIfMatch('a', Buffer.from('2'), etag);
    await fs.writeFile(path.join(folder, 'stale'), '1');
    await fs.rename(path.join(folder, 'stale'), path.join(folder, 'a'));
    expect((await store.get('a')).bytes.toString()).toBe('2');
  });

  it('goes on when a writer was killed between making the folder of generations and the first of them', async () => {
    const { etag } = await store.put('a', Buffer.from('1'));
    await fs.mkdir(path.join(folder, 'a.~v'));
    expect((await store.get('a')).etag).toBe(etag);
    await store.putIfMatch('a', Buffer.from('2'), etag);
    expect((await store.get('a')).bytes.toString()).toBe('2');
    await fs.mkdir(path.join(folder, 'b.~v'));
    expect(await store.head('b')).toBeNull();
    await store.putIfAbsent('b', Buffer.from('1'));
    expect((await store.get('b')).bytes.toString()).toBe('1');
  });

  it('leaves no temporary file behind, whether a write wins or loses', async () => {
    await store.put('a', Buffer.from('1'));
    await expect(store.putIfAbsent('a', Buffer.from('2'))).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    await expect(store.putFile('b', path.join(folder, 'missing'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(await fs.readdir(path.join(folder, '.~tmp'))).toHaveLength(0);
  });

  it('removes what writers killed more than a day ago left, and only that', async () => {
    const [old, young] = [path.join(folder, '.~tmp', 'old'), path.join(folder, '.~tmp', 'young')];
    for (const file of [old, young]) await fs.writeFile(file, 'half');
    await fs.utimes(old, new Date(0), new Date(0));
    await openObjectStore(folder);
    expect(Array.from(await fs.readdir(path.join(folder, '.~tmp')))).toEqual(['young']);
  });

  it('says that a key cannot be both an object and the beginning of others', async () => {
    await store.put('a', Buffer.from('1'));
    await expect(store.put('a/b', Buffer.from('1'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    await store.put('c/d', Buffer.from('1'));
    await expect(store.put('c', Buffer.from('1'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    await expect(store.putIfAbsent('c', Buffer.from('1'))).rejects.toMatchObject({ code: 'STORE_KEY_INVALID' });
    expect(await store.head('a/b')).toBeNull();
  });
});

describe('the address of a store', () => {
  it('is a plain folder, which is made, or a file: URL of it', async () => {
    const made = path.join(folder, 'made', 'here');
    await (await openObjectStore(made)).put('a', Buffer.from('1'));
    const again = await openObjectStore(pathToFileURL(made).href);
    expect(again.uri).toBe(pathToFileURL(made).href);
    expect((await again.get('a')).bytes.toString()).toBe('1');
  });

  it('is refused when it is neither a folder nor a bucket', async () => {
    await fs.writeFile(path.join(folder, 'file'), '');
    for (const uri of [
      '',
      'gs://bucket',
      's3://',
      's3://UPPER/x',
      's3://bucket/a/../b',
      'file://host/x',
      path.join(folder, 'file'),
    ]) {
      await expect(openObjectStore(uri)).rejects.toMatchObject({ code: 'STORE_URI_INVALID' });
    }
  });

  it('keeps bucket and prefix of S3', async () => {
    process.env['AWS_REGION'] ??= 'us-east-1';
    expect((await openObjectStore('s3://my-bucket/a/b/')).uri).toBe('s3://my-bucket/a/b');
    expect((await openObjectStore('s3://my-bucket')).uri).toBe('s3://my-bucket');
    expect((await openObjectStore('s3://my-bucket')).localPath('a')).toBeNull();
  });
});

describe('a long listing', () => {
  it('lets everything else of the process go on', async () => {
    const files = 1_500;
    await fs.mkdir(path.join(folder, 'many'));
    await Promise.all(Array.from({ length: files }, (_, n) => fs.writeFile(path.join(folder, 'many', `é${n}`), '1')));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const started = performance.now();
    const keys: string[] = [];
    for await (const { key } of store.list('many/')) keys.push(key);
    clearImmediate(next);
    expect(keys).toEqual([...keys].sort());
    expect(keys.length).toBe(files);
    // It holds the thread for 8 ms at a time; how long it takes altogether depends on the machine.
    expect(turns).toBeGreaterThan((performance.now() - started) / 40);
  });
});
