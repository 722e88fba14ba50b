import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArtifactKind } from '../../../src/contracts/artifact.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { sha256Hex } from '../../../src/store/hash.js';
import { getIfThere, parseRecord } from '../../../src/store/json/json-record.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { parseJson } from '../../../src/store/json/parse-json.js';
import { pathInside } from '../../../src/store/path-inside.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { openFolderCheckpoints } from '../../../src/worker/step/checkpoints/checkpoint-folder.js';
import { openCheckpoints } from '../../../src/worker/step/checkpoints/checkpoints.js';

let folder = '';
let objects: ObjectStore;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-foreign-'));
  objects = await openObjectStore(path.join(folder, 'store'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const CORRUPT = { code: 'STORE_RECORD_CORRUPT' };
const LEADING_OUT = ['../out', 'a/../../out', '/etc/passwd', '', '.', 'a//b', 'a\0b', 'a/', '..'];

describe('a record that somebody else wrote', () => {
  it.each(LEADING_OUT)('gives no path for the name %j', (name) => {
    expect(() => pathInside(folder, name, 'record')).toThrow(expect.objectContaining(CORRUPT));
  });

  it('is bounded in depth and bytes before anything walks it', async () => {
    const nested = (depth: number): Buffer => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(parseRecord<{ a: unknown }>(nested(150), 'key', ['a'])).toHaveProperty('a');
    expect(() => parseJson(nested(200_000), 'key')).toThrow(expect.objectContaining(CORRUPT));
    const quoted = JSON.stringify({ text: '[{"\\'.repeat(5_000) });
    expect(parseJson(Buffer.from(quoted), 'key')).toEqual(JSON.parse(quoted));
    const file = path.join(folder, 'store', 'large.json');
    await fs.writeFile(file, '');
    await fs.truncate(file, 2 ** 32);
    await expect(getIfThere(objects, 'large.json')).rejects.toMatchObject({ code: 'STORE_OBJECT_TOO_LARGE' });
  });

  it('of an artifact is refused when a name, hash or size in it is not one', async () => {
    const artifacts = createArtifactStore(objects);
    const file = { name: 'a', sha256: sha256Hex('1'), bytes: 1, mediaType: 'text/plain' };
    const whole = { formatVersion: 1, kind: 'files', files: [file], meta: {}, inputs: [] };
    const read = async (manifest: unknown, kind: ArtifactKind = 'files'): Promise<unknown> => {
      const bytes = Buffer.from(JSON.stringify(manifest));
      const id = sha256Hex(bytes).slice(0, 16);
      await objects.put(`artifacts/${kind}/${id}.json`, bytes);
      return artifacts.manifest({ kind, id });
    };
    expect(await read(whole)).toEqual(whole);
    const bad: readonly unknown[] = [
      ...LEADING_OUT.map((name) => ({ ...whole, files: [{ ...file, name }] })),
      { ...whole, files: [{ ...file, sha256: '../../x' }] },
      { ...whole, files: [{ ...file, bytes: -1 }] },
      { ...whole, files: [null] },
      { ...whole, files: { length: 1 } },
      { ...whole, inputs: [{}] },
      { ...whole, meta: null },
      [],
    ];
    for (const manifest of bad) await expect(read(manifest)).rejects.toMatchObject(CORRUPT);
    await expect(read(whole, 'model')).rejects.toMatchObject(CORRUPT);
  });

  it('of a checkpoint leads neither out of the folder that is filled nor to other objects', async () => {
    const prefix = 'checkpoints/w/r/a/';
    await objects.put(`${prefix}files/x`, Buffer.from('theirs'));
    await objects.put('runs/secret', Buffer.from('theirs'));
    const checkpoints = openCheckpoints(objects, prefix, 1);
    const folders = openFolderCheckpoints(objects, prefix, {
      save: async (bytes) => {
        await checkpoints.save(bytes);
      },
      newest: () => checkpoints.newest(),
      filed: () => undefined,
    });
    const work = path.join(folder, 'work');
    const sha256 = sha256Hex('theirs');
    for (const [name, key] of [
      ['../out', `${prefix}files/x`],
      ['a', 'runs/secret'],
    ]) {
      await checkpoints.save(Buffer.from(JSON.stringify({ checkpoint: 'folder', files: [{ name, key, sha256, bytes: 6 }] })));
      await expect(folders.restore(work)).rejects.toMatchObject(CORRUPT);
    }
    expect((await fs.readdir(folder)).filter((name) => name !== 'work')).toEqual(['store']);
    await checkpoints.save(
      Buffer.from(JSON.stringify({ checkpoint: 'folder', files: [{ name: 'a/b', key: `${prefix}files/x`, sha256, bytes: 6 }] })),
    );
    expect(await folders.restore(work)).toBe(true);
    expect(await fs.readFile(path.join(work, 'a', 'b'), 'utf8')).toBe('theirs');
  });
});
