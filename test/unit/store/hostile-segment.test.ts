import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { segmentLine } from '../../../src/store/folder/log-segment.js';
import { openObjectStore } from '../../../src/store/open-store.js';

let folder = '';
let root = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-hostile-'));
  root = path.join(folder, 'store');
  await fs.mkdir(path.join(root, '.~wal'), { recursive: true });
  await fs.writeFile(path.join(folder, 'secret'), 'mine');
});
afterEach(() => {
  jest.restoreAllMocks();
  return fs.rm(folder, { recursive: true, force: true });
});

const SEGMENT = 'earlier-boot~0000.log';
const segment = (): string => path.join(root, '.~wal', SEGMENT);

/** Opens the store and expects that the segment was put aside, with a warning of the code, and that nothing outside has changed. */
async function expectRefused(): Promise<void> {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const store = await openObjectStore(root);
  expect(await fs.readdir(path.join(root, '.~wal'))).toEqual([`refused~${SEGMENT}`]);
  expect(warn.mock.calls.map(([, options]) => options)).toEqual([{ code: 'STORE_SEGMENT_REFUSED' }]);
  expect(await fs.readFile(path.join(folder, 'secret'), 'utf8')).toBe('mine');
  await store.put('a', Buffer.from('1'));
  expect((await store.get('a')).bytes.toString()).toBe('1');
  // What was put aside is not looked at again.
  await openObjectStore(root);
  expect(warn).toHaveBeenCalledTimes(1);
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a segment of the write-ahead log that somebody else wrote', () => {
  const keys = [
    '../secret',
    'a/../../secret',
    '/etc/passwd',
    '',
    '.~tmp/x',
    'a/b.~v',
    'a\0b',
    'a//b',
    './a',
    'a\nb',
    'x'.repeat(2_000),
  ];
  it.each(keys)('is put aside when it names %j, and no entry of it is followed', async (key) => {
    await fs.writeFile(segment(), segmentLine('good', Buffer.from('1')) + segmentLine(key, Buffer.from('theirs')));
    await expectRefused();
    expect(await fs.readdir(folder)).toEqual(['secret', 'store']);
    expect(await (await openObjectStore(root)).head('good')).toBeNull();
  });

  it('is put aside when a link in the store leads its key outside', async () => {
    await fs.symlink(folder, path.join(root, 'out'));
    await fs.writeFile(segment(), segmentLine('out/secret', Buffer.from('theirs')));
    await expectRefused();
  });

  it('is put aside when it is a link, a folder, a pipe, or larger than any of ours', async () => {
    await fs.writeFile(path.join(folder, 'elsewhere'), segmentLine('good', Buffer.from('1')));
    const makes: readonly (() => unknown)[] = [
      () => fs.symlink(path.join(folder, 'elsewhere'), segment()),
      () => fs.mkdir(segment()),
      () => execFileSync('mkfifo', [segment()]),
      async () => {
        await fs.writeFile(segment(), '');
        await fs.truncate(segment(), 2 ** 31);
      },
    ];
    for (const make of makes) {
      await make();
      await expectRefused();
      jest.restoreAllMocks();
      await fs.rm(path.join(root, '.~wal'), { recursive: true });
      await fs.mkdir(path.join(root, '.~wal'));
    }
  });

  it('does not stop who reads a pipe that lies in the place of an object', async () => {
    const store = await openObjectStore(root);
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    await expect(store.get('pipe')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await store.head('pipe')).toBeNull();
  });
});
