import { readFileSync, renameSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isAbsent } from '../file-errors.js';
import { sha256Hex } from '../hash.js';
import { ensureFolder, type StagingFolder, syncPath } from './staging.js';
import { plainFile } from './versions.js';

/**
 * A line of a segment. The hash vouches for the rest, of which a power cut may leave a part; whatever part of a line is before it ends where
 * this one begins.
 */
export function segmentLine(key: string, bytes: Uint8Array): string {
  const entry = `${Buffer.from(key).toString('base64')} ${Buffer.from(bytes).toString('base64')}`;
  return `\n${sha256Hex(entry)} ${entry}`;
}

/**
 * After a power cut: every object of a segment whose file is gone or cut short is written anew. Those in a log are never replaced or deleted by
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
 */
export async function settleSegment(segment: string, root: string): Promise<void> {
  await settleEach(segment, root, () => Promise.resolve());
}

async function settleEach(segment: string, root: string, prepare: (file: string, bytes: Buffer) => Promise<void>): Promise<void> {
  const handle = await openIfThere(segment);
  if (handle === null) return;
  try {
    const folders = new Set<string>();
    for await (const line of handle.readLines()) {
      const entry = parseLine(line);
      if (entry === null) continue;
      const file = plainFile(root, entry.key);
      await prepare(file, entry.bytes);
      await syncIfThere(file);
      folders.add(path.dirname(file));
    }
    for (const folder of folders) await syncIfThere(folder);
  } finally {
    await handle.close();
  }
  await fs.rm(segment, { force: true });
}

/** Null when somebody else settled it meanwhile. */
async function openIfThere(file: string): Promise<fs.FileHandle | null> {
  try {
    return await fs.open(file);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
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
    return readFileSync(file);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Null for a line that is not whole: nothing had been promised of its object. */
function parseLine(line: string): { readonly key: string; readonly bytes: Buffer } | null {
  const [hash, key = '', bytes = ''] = line.split(' ');
  if (sha256Hex(`${key} ${bytes}`) !== hash) return null;
  return { key: Buffer.from(key, 'base64').toString('utf8'), bytes: Buffer.from(bytes, 'base64') };
}
