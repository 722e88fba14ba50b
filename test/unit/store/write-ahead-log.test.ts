import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GroupCommitFile } from '../../../src/store/folder/group-commit.js';
import { openObjectStore } from '../../../src/store/open-store.js';
import { readOutcome, recordOutcome } from '../../../src/worker/step/step-record.js';

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-wal-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  return fs.rm(folder, { recursive: true, force: true });
});

const at = (...names: readonly string[]): string => path.join(folder, ...names);
const segments = async (): Promise<readonly string[]> => [...(await fs.readdir(at('.~wal')))].sort();
const put = async (key: string, text: string): Promise<void> => {
  const store = await openObjectStore(folder);
  await store.putIfAbsent(key, Buffer.from(text), { writeOnce: true });
};

/** What a power cut leaves: the log, which waited for the disk, but of the files only what the test leaves of them. */
async function afterPowerCut(): Promise<void> {
  for (const name of await segments()) await fs.rename(at('.~wal', name), at('.~wal', name.replace(/^[^~]+/, 'earlier-boot')));
}

async function cutShort(file: string): Promise<void> {
  await fs.chmod(file, 0o644);
  await fs.truncate(file);
}

// Where there is no log the store is as durable, one file at a time (tested in local-store.test.ts).
const isLinux = process.platform === 'linux';
if (!isLinux) process.stderr.write('SKIPPED: the write-ahead log: it needs Linux, which tells one boot from another\n');

const onLinux = isLinux ? describe : describe.skip;

onLinux('objects that are written once', () => {
  it('come back after a power cut, whether their files are gone, empty or half', async () => {
    const store = await openObjectStore(folder);
    for (const name of ['whole', 'gone', 'empty']) {
      await store.putIfAbsent(`runs/ä run/${name}.json`, Buffer.from(`${name} \n ü`), { writeOnce: true });
    }
    const bytes = Buffer.from([0, 255, 10, 13, 32]);
    await store.putIfAbsent('runs/bytes', bytes, { writeOnce: true });
    await fs.rm(at('runs', 'ä run', 'gone.json'));
    await cutShort(at('runs', 'ä run', 'empty.json'));
    await cutShort(at('runs', 'bytes'));
    await afterPowerCut();

    const again = await openObjectStore(folder);
    for (const name of ['whole', 'gone', 'empty']) {
      expect((await again.get(`runs/ä run/${name}.json`)).bytes.toString()).toBe(`${name} \n ü`);
    }
    expect((await again.get('runs/bytes')).bytes).toEqual(bytes);
    expect(await segments()).toEqual([]);
    await expect(again.putIfAbsent('runs/bytes', bytes, { writeOnce: true })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
  });

  it('are in the log before the put returns, and the one that lost is not', async () => {
    await put('a', 'first');
    await expect(put('a', 'second')).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    await fs.rm(at('a'));
    await afterPowerCut();
    expect((await (await openObjectStore(folder)).get('a')).bytes.toString()).toBe('first');
  });

  it('come back whatever torn lines, of which nothing was promised, are around theirs', async () => {
    await put('a', '1');
    const [segment = ''] = await segments();
    const line = readFileSync(at('.~wal', segment), 'latin1');
    const torn = line.slice(0, -4);
    await fs.writeFile(at('.~wal', segment), `${torn}${line}${torn}${'\0'.repeat(100)}`);
    await fs.rm(at('a'));
    await afterPowerCut();
    const store = await openObjectStore(folder);
    expect((await store.get('a')).bytes.toString()).toBe('1');
    expect(await segments()).toEqual([]);
  });

  it('are settled by the next to open the store once their process is gone for an hour, not before', async () => {
    await put('old', '1');
    const [old = ''] = await segments();
    await fs.utimes(at('.~wal', old), new Date(), new Date(Date.now() - 3_700_000));
    await put('young', '1');
    expect(readFileSync(at('old'), 'utf8')).toBe('1');
    const left = await segments();
    expect(left).toHaveLength(1);
    expect(left).not.toContain(old);
    await openObjectStore(folder);
    expect(await segments()).toEqual(left);
  });

  it('stay deleted when somebody deleted them by hand and there was no power cut', async () => {
    await put('runs/1/a', '1');
    await put('runs/2/a', '1');
    await fs.rm(at('runs', '1'), { recursive: true });
    for (const name of await segments()) await fs.utimes(at('.~wal', name), new Date(), new Date(Date.now() - 3_700_000));
    const store = await openObjectStore(folder);
    expect(await segments()).toEqual([]);
    expect(await store.head('runs/1/a')).toBeNull();
    expect((await store.get('runs/2/a')).bytes.toString()).toBe('1');
  });

  it('are durable without the log when it cannot be written, which is said once', async () => {
    const store = await openObjectStore(folder);
    await fs.writeFile(at('.~wal'), 'in the way');
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (const key of ['a', 'b']) await store.putIfAbsent(key, Buffer.from(key), { writeOnce: true });
    expect((await store.get('b')).bytes.toString()).toBe('b');
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining('goes on without its write-ahead log'),
    ]);
  });

  it('leave a segment that cannot be settled for the next time, and the store can be used', async () => {
    await put('a/b/c', '1');
    await fs.rm(at('a'), { recursive: true });
    await fs.writeFile(at('a'), 'in the way');
    await afterPowerCut();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const store = await openObjectStore(folder);
    expect(await segments()).toHaveLength(1);
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([expect.stringContaining('could not be settled')]);
    await store.put('c', Buffer.from('1'));
    await fs.rm(at('a'));
    await openObjectStore(folder);
    expect(await segments()).toEqual([]);
    expect((await store.get('a/b/c')).bytes.toString()).toBe('1');
  });

  it('make one segment a process, whatever number of them is put at once', async () => {
    const store = await openObjectStore(folder);
    const names = Array.from({ length: 200 }, (_, index) => `runs/${index}`);
    await Promise.all(names.map((name) => store.putIfAbsent(name, Buffer.from(name), { writeOnce: true })));
    expect(await segments()).toHaveLength(1);
    for (const name of names) await fs.rm(at(name));
    await afterPowerCut();
    const again = await openObjectStore(folder);
    for (const name of names) expect((await again.get(name)).bytes.toString()).toBe(name);
    expect(await fs.readdir(at('.~tmp'))).toHaveLength(0);
  });
});

onLinux('the record of a step', () => {
  it('survives a power cut', async () => {
    const outcome = { result: { rows: 3 }, metrics: { auc: 0.9 }, seconds: 0.1, cached: false };
    await recordOutcome(await openObjectStore(folder), 'runs/r/1/train.json', outcome);
    await cutShort(at('runs', 'r', '1', 'train.json'));
    await afterPowerCut();
    const recorded = await readOutcome(await openObjectStore(folder), 'runs/r/1/train.json');
    expect(recorded?.outcome).toEqual({ ...outcome, cached: true });
  });
});

onLinux('a write-ahead log', () => {
  it('begins another segment when the first is five minutes old, and settles that', async () => {
    const store = await openObjectStore(folder);
    const now = Date.now;
    try {
      await store.putIfAbsent('a', Buffer.from('1'), { writeOnce: true });
      const first = await segments();
      Date.now = () => now() + 301_000;
      await store.putIfAbsent('b', Buffer.from('2'), { writeOnce: true });
      while ((await segments()).includes(first[0] ?? '')) await new Promise(setImmediate);
      expect(await segments()).toHaveLength(1);
      expect(readFileSync(at('a'), 'utf8')).toBe('1');
    } finally {
      Date.now = now;
    }
  });
});

describe('a file with group commit', () => {
  it('keeps what is added together in order, and answers all of it', async () => {
    const file = new GroupCommitFile(at('log'));
    const lines = Array.from({ length: 50 }, (_, index) => `${index}\n`);
    await Promise.all(lines.map((line) => file.append(line)));
    expect(readFileSync(at('log'), 'utf8')).toBe(lines.join(''));
    expect(file.bytes).toBe(lines.join('').length);
  });

  it('fails every addition that it could not make durable', async () => {
    const file = new GroupCommitFile(at('log'));
    await file.append('a\n');
    await fs.rm(at('log'));
    const added = await Promise.allSettled(['b\n', 'c\n'].map((line) => file.append(line)));
    expect(added.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  (isLinux ? it : it.skip)('is open only while somebody waits, so that the disk below can be unmounted', async () => {
    const file = new GroupCommitFile(at('log'));
    const added = file.append('a\n');
    expect(openFiles()).toContain(at('log'));
    await added;
    expect(openFiles()).not.toContain(at('log'));
    await file.append('b\n');
    expect(readFileSync(at('log'), 'utf8')).toBe('a\nb\n');
  });
});

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // The folder itself, open while its names were read.
      return '';
    }
  });
}
