import { constants, lstatSync, readFileSync, renameSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { isAbsent } from '../file-errors.js';
import { sha256Hex } from '../hash.js';
import { checkKey } from '../object-key.js';
import { ensureFolder, type StagingFolder, syncPath } from './staging.js';
import { plainFile } from './versions.js';

type Entry = { readonly key: string; readonly bytes: Buffer };

/** Far more than a process writes before it begins another one. */
const LARGEST_SEGMENT_BYTES = 128 << 20;

/**
 * A line of a segment. The hash vouches for the rest, of which a power cut may leave a part; whatever part of a line is before it ends where
 * this one begins.
 */
export function segmentLine(key: string, bytes: Uint8Array): string {
  const entry = `${Buffer.from(key).toString('base64')} ${Buffer.from(bytes).toString('base64')}`;
  return `\n${sha256Hex(entry)} ${entry}`;
}

/**
 * After a power cut: every object of a segment whose file is gone or cut short is written again. Those in a log are never replaced or deleted by
 * us, so nothing newer is lost. Then as `settleSegment`.
 */
export async function restoreSegment(segment: string, root: string, staging: StagingFolder): Promise<void> {
  await settleEach(segment, root, async (file, bytes) => {
    if (contentOf(file)?.equals(bytes) === true) return;
    await ensureFolder(path.dirname(file));
    await staging.withBytes(bytes, (staged) => {
      renameSync(staged.path, file);
      return Promise.resolve();
    });
  });
}

/**
 * Makes every object of a segment durable by itself and removes the segment. A file that is gone was deleted by somebody, on purpose. Safe to
 * repeat, also by several processes at once.
 * @throws PipelineError `STORE_SEGMENT_REFUSED` when the segment is not one of ours: nothing of it is followed.
 */
export async function settleSegment(segment: string, root: string): Promise<void> {
  await settleEach(segment, root, () => Promise.resolve());
}

async function settleEach(segment: string, root: string, prepare: (file: string, bytes: Buffer) => Promise<void>): Promise<void> {
  const handle = await openIfThere(segment);
  if (handle === null) return;
  try {
    await checkEntries(handle, segment, root);
    const folders = new Set<string>();
    for await (const { key, bytes } of entriesOf(handle)) {
      const file = plainFile(root, key);
      await prepare(file, bytes);
      await syncIfThere(file);
      folders.add(path.dirname(file));
    }
    for (const folder of folders) await syncIfThere(folder);
  } finally {
    await handle.close();
  }
  await fs.rm(segment, { force: true });
}

/** Null when another process settled it meanwhile. The bytes are not trusted: anyone who may write to the folder may have replaced a segment. */
async function openIfThere(segment: string): Promise<fs.FileHandle | null> {
  try {
    const status = await fs.lstat(segment);
    if (!status.isFile()) throw refused(segment, 'it is not a file');
    if (status.size > LARGEST_SEGMENT_BYTES) throw refused(segment, `it has ${status.size} bytes`);
    return await fs.open(segment, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Before anything of a segment is carried out: a line that is whole was written on purpose, so a bad key in it is no accident. */
async function checkEntries(handle: fs.FileHandle, segment: string, root: string): Promise<void> {
  const home = await fs.realpath(root);
  const inside = new Set<string>();
  for await (const { key } of entriesOf(handle)) {
    try {
      checkKey(key);
    } catch (error) {
      throw refused(segment, reasonOf(error));
    }
    const folder = path.dirname(plainFile(root, key));
    if (inside.has(folder)) continue;
    const real = await realFolder(folder);
    if (real !== home && !real.startsWith(home.endsWith(path.sep) ? home : home + path.sep))
      throw refused(segment, `the key ${JSON.stringify(key)} leads out of the store, to ${real}`);
    inside.add(folder);
  }
}

/** Where a folder lies when links are followed, as far as there are folders yet. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await fs.realpath(folder);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const status = await fs.lstat(folder).catch(() => null);
    // A link to nowhere may lead somewhere later.
    if (status?.isSymbolicLink() === true) return path.resolve(path.dirname(folder), await fs.readlink(folder));
    return path.join(await realFolder(path.dirname(folder)), path.basename(folder));
  }
}

async function* entriesOf(handle: fs.FileHandle): AsyncGenerator<Entry, void, undefined> {
  for await (const line of handle.readLines({ start: 0, autoClose: false })) {
    const entry = parseLine(line);
    if (entry !== null) yield entry;
  }
}

async function syncIfThere(place: string): Promise<void> {
  try {
    await syncPath(place);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function contentOf(file: string): Buffer | null {
  try {
    return lstatSync(file).isFile() ? readFileSync(file) : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Null for a line that is not whole: nothing had been promised of its object. */
function parseLine(line: string): Entry | null {
  const [hash, key = '', bytes = ''] = line.split(' ');
  if (sha256Hex(`${key} ${bytes}`) !== hash) return null;
  return { key: Buffer.from(key, 'base64').toString('utf8'), bytes: Buffer.from(bytes, 'base64') };
}

function refused(segment: string, why: string): PipelineError {
  return new PipelineError('STORE_SEGMENT_REFUSED', {
    what: `the write-ahead log is not one that we wrote: ${why}`,
    where: segment,
    details: { segment: path.basename(segment) },
  });
}
