import { readFileSync, renameSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isAbsent } from '../file-errors.js';
import { sha256Hex } from '../hash.js';
import { ensureFolder, type StagingFolder, syncPath } from './staging.js';

/** A line of a segment. The hash vouches for the rest, of which a power cut may leave a part. */
export function segmentLine(key: string, bytes: Uint8Array): string {
  const entry = `${Buffer.from(key).toString('base64')} ${Buffer.from(bytes).toString('base64')}`;
  return `${sha256Hex(entry)} ${entry}\n`;
}

/**
 * Makes every object of a segment durable by itself and removes the segment. An object whose file a power cut took or cut short is written
 * anew: those in a log are never replaced or deleted, so nothing newer is lost. Safe to repeat, also by several processes at once.
 */
export async function settleSegment(segment: string, root: string, staging: StagingFolder): Promise<void> {
  try {
    const folders = new Set<string>();
    for await (const line of linesOf(segment)) {
      const entry = parseLine(line);
      if (entry === null) continue;
      const file = path.join(root, ...entry.key.split('/'));
      await settle(file, entry.bytes, staging);
      folders.add(path.dirname(file));
    }
    for (const folder of folders) await syncPath(folder);
    await fs.unlink(segment);
  } catch (error) {
    // Somebody else settled it meanwhile.
    if (!isAbsent(error)) throw error;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await fs.open(file);
  try {
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}

async function settle(file: string, bytes: Buffer, staging: StagingFolder): Promise<void> {
  if (contentOf(file)?.equals(bytes) === true) {
    await syncPath(file);
    return;
  }
  await ensureFolder(path.dirname(file));
  await staging.withBytes(bytes, (staged) => {
    renameSync(staged.path, file);
    return Promise.resolve();
  });
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
