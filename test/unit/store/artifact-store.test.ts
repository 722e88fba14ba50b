import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { sha256Hex } from '../../../src/store/hash.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';

let folder = '';
let objects: ObjectStore;
let artifacts: ArtifactStore;
const producer = { pipeline: 'p', workflowId: 'p/run 1', runId: 'r1', step: 'train' };
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-artifacts-'));
  objects = await openObjectStore(path.join(folder, 'store'));
  artifacts = createArtifactStore(objects, { producer });
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const draft = (text: string, inputs: { kind: 'dataset'; id: string }[] = []) => ({
  kind: 'model' as const,
  files: [{ name: 'model.onnx', mediaType: 'application/octet-stream', content: { bytes: Buffer.from(text) } }],
  meta: { trees: 3, note: text },
  inputs,
});
const overwrite = async (key: string, text: string): Promise<void> => {
  const file = path.join(folder, 'store', key);
  await fs.chmod(file, 0o644);
  await fs.writeFile(file, text);
};

describe('publishing an artifact', () => {
  it('gives a ref whose id and hash come from the content, and reads it back', async () => {
    const ref = await artifacts.publish(draft('tree'));
    const manifest = await objects.get(`artifacts/model/${ref.id}.json`);
    expect(ref).toEqual({
      kind: 'model',
      id: sha256Hex(manifest.bytes).slice(0, 16),
      sha256: sha256Hex(manifest.bytes),
      bytes: 4,
      uri: `${objects.uri}/artifacts/model/${ref.id}.json`,
      meta: { trees: 3, note: 'tree' },
    });
    expect(await artifacts.find('model', ref.id)).toEqual(ref);
    expect(await artifacts.exists(ref)).toBe(true);
    expect((await artifacts.readFile(ref, 'model.onnx')).toString()).toBe('tree');
    expect(await fs.readFile(await artifacts.localFile(ref, 'model.onnx'), 'utf8')).toBe('tree');
  });

  it('gives equal content one identity, from a file or from bytes, in whatever order its meta was written', async () => {
    const file = path.join(folder, 'draft');
    await fs.writeFile(file, 'tree');
    const first = await artifacts.publish(draft('tree'));
    const again = await artifacts.publish({
      ...draft('tree'),
      files: [{ name: 'model.onnx', mediaType: 'application/octet-stream', content: { path: file } }],
      meta: { note: 'tree', trees: 3 },
    });
    expect(again).toEqual(first);
    expect((await artifacts.publish(draft('bush'))).id).not.toBe(first.id);
  });

  it('records who made it, when, and from what', async () => {
    const ref = await artifacts.publish(draft('tree', [{ kind: 'dataset', id: '0123456789abcdef' }]));
    const made = await objects.get(`artifacts/model/${ref.id}/produced-by/p%2Frun%201.train.json`);
    expect(JSON.parse(made.bytes.toString())).toEqual({ ...producer, producedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    const lineage = await objects.get(`lineage/0123456789abcdef/model-${ref.id}.json`);
    expect(JSON.parse(lineage.bytes.toString())).toMatchObject({ kind: 'model', id: ref.id });
    await artifacts.publish(draft('tree', [{ kind: 'dataset', id: '0123456789abcdef' }]));
    expect((await objects.get(`artifacts/model/${ref.id}/produced-by/p%2Frun%201.train.json`)).etag).toBe(made.etag);
  });

  it('takes workflow ids of any length and characters', async () => {
    for (const workflowId of ['..', '.~x', 'ü'.repeat(400), 'a/b\n']) {
      const ref = await createArtifactStore(objects, { producer: { ...producer, workflowId } }).publish(draft('tree'));
      expect(await artifacts.exists(ref)).toBe(true);
    }
  });

  it('refuses drafts that cannot be read back, naming every problem', async () => {
    const [file] = draft('x').files;
    const files = [file!, file!, { ...file!, name: '../up' }];
    const refused = {
      code: 'ARTIFACT_INVALID',
      details: {
        problems: [
          '"model.onnx" is given more than once',
          '"../up" is not a path inside the artifact: it leaves its folder or has an empty part',
        ],
      },
    };
    await expect(artifacts.publish({ ...draft('x'), files })).rejects.toMatchObject(refused);
    const missing = [{ ...file!, content: { path: path.join(folder, 'none') } }];
    await expect(artifacts.publish({ ...draft('x'), files: missing })).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
    await expect(artifacts.publish({ ...draft('x'), meta: { auc: NaN } })).rejects.toMatchObject({ code: 'STORE_JSON_INVALID' });
  });
});

describe('reading an artifact', () => {
  it('lists what there is when the artifact or the file is not there', async () => {
    const ref = await artifacts.publish(draft('tree'));
    await expect(artifacts.find('model', '0000000000000000')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining(`expected one of ${ref.id}`),
    });
    await expect(artifacts.find('dataset', ref.id)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    await expect(artifacts.localFile(ref, 'nope')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringContaining('model.onnx'),
    });
    expect(await artifacts.exists({ kind: 'model', id: '0000000000000000' })).toBe(false);
  });

  it('finds a corrupt object, also one damaged after it was verified, and a missing one', async () => {
    const ref = await artifacts.publish(draft('tree'));
    await artifacts.localFile(ref, 'model.onnx');
    await overwrite(`objects/${sha256Hex('tree')}`, 'tref');
    const corrupt = { code: 'ARTIFACT_CORRUPT', details: { object: `objects/${sha256Hex('tree')}` } };
    await expect(artifacts.localFile(ref, 'model.onnx')).rejects.toMatchObject(corrupt);
    await expect(artifacts.readFile(ref, 'model.onnx')).rejects.toMatchObject(corrupt);
    await objects.delete(`objects/${sha256Hex('tree')}`);
    await expect(artifacts.localFile(ref, 'model.onnx')).rejects.toMatchObject(corrupt);
    await expect(artifacts.readFile(ref, 'model.onnx')).rejects.toMatchObject(corrupt);
    await artifacts.publish(draft('tree'));
    expect((await artifacts.readFile(ref, 'model.onnx')).toString()).toBe('tree');
  });

  it('finds a corrupt manifest', async () => {
    const ref = await artifacts.publish(draft('tree'));
    await overwrite(`artifacts/model/${ref.id}.json`, '{}');
    await expect(artifacts.manifest(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(artifacts.find('model', ref.id)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });
});
