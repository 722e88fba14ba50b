import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createArtifactStore } from '../../../src/store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { DISK_BYTES, mountSmallDisk, unmount, whyNoSmallDisk } from './small-disk.js';
import { outputOf, startChild } from './store-children.js';

jest.setTimeout(60_000);

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-full-'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const noMount = await whyNoSmallDisk();

const draft = (bytes: Uint8Array) => ({
  kind: 'model' as const,
  files: [
    { name: 'small', mediaType: 'x/y', content: { bytes: Buffer.from('small') } },
    { name: 'large', mediaType: 'x/y', content: { bytes } },
  ],
  meta: {},
  inputs: [],
});

describe('publishing', () => {
  (noMount === null ? it : it.skip)(
    'to a full disk gives STORE_FULL, shows nothing of the artifact and works again once there is room',
    async () => {
      const disk = path.join(folder, 'disk');
      await fs.mkdir(disk);
      await mountSmallDisk(disk);
      try {
        const artifacts = createArtifactStore(await openObjectStore(disk));
        await fs.writeFile(path.join(disk, 'ballast'), Buffer.alloc(DISK_BYTES / 2));
        const large = draft(Buffer.alloc((DISK_BYTES * 5) / 8, 1));
        await expect(artifacts.publish(large)).rejects.toMatchObject({ code: 'STORE_FULL', retryable: true });
        await fs.writeFile(path.join(folder, 'large'), large.files[1]!.content.bytes);
        const fromFile = {
          ...large,
          files: [{ name: 'large', mediaType: 'x/y', content: { path: path.join(folder, 'large') } }],
        };
        await expect(artifacts.publish(fromFile)).rejects.toMatchObject({ code: 'STORE_FULL' });
        for await (const { key } of artifacts.objects.list('artifacts/')) throw new Error(`${key} is visible`);
        expect(await fs.readdir(path.join(disk, '.~tmp'))).toHaveLength(0);
        await fs.rm(path.join(disk, 'ballast'));
        const ref = await artifacts.publish(large);
        expect(await artifacts.readFile(ref, 'large')).toHaveLength((DISK_BYTES * 5) / 8);
      } finally {
        await unmount(disk);
      }
    },
  );

  it('over a file-size limit gives STORE_FULL and shows nothing of the artifact', async () => {
    const child = startChild(
      `const files = [{ name: 'large', mediaType: 'x/y', content: { bytes: Buffer.alloc(200000, 1) } }];
       await createArtifactStore(store).publish({ kind: 'model', files, meta: {}, inputs: [] }).then(
         () => console.log('published'),
         (error) => console.log(error.code + ' ' + error.message));`,
      folder,
      '',
      ['/bin/sh', '-c', 'ulimit -f 100 && exec "$@"', 'sh'],
    );
    expect(await outputOf(child)).toMatch(/^STORE_FULL cannot write "objects\/[0-9a-f]{64}" \(EFBIG: /);
    const store = await openObjectStore(folder);
    for await (const { key } of store.list('')) throw new Error(`${key} is visible`);
    expect(await fs.readdir(path.join(folder, '.~tmp'))).toHaveLength(0);
  });
});
