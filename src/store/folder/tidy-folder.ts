import fs from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../file-errors.js';
import { GENERATIONS, RESERVED } from '../object-key.js';
import type { StagingFolder } from './staging.js';
import { currentPlace, entriesOf, statusOf } from './versions.js';

/** Folders that were emptied since may be in use right now, whatever the caller says, ms. */
const LEAST_AGE_MS = 60_000;
/** Of keys below these alone the sign that they were deleted goes: that two writers believe to be first harms nothing there. */
const HARMLESS = ['cache/leases/'];

/**
 * Removes empty folders, and the generations of leases that were given back. A writer makes a removed folder again. Returns the number
 * of removed entries.
 */
export async function tidyFolder(root: string, staging: StagingFolder, olderThanMs: number): Promise<number> {
  return tidy(root, '', { staging, beforeMs: Date.now() - Math.max(olderThanMs, LEAST_AGE_MS) });
}

type Pass = { readonly staging: StagingFolder; readonly beforeMs: number };

async function tidy(root: string, folder: string, pass: Pass): Promise<number> {
  let removed = 0;
  for (const entry of await entriesOf(path.join(root, folder))) {
    if (!entry.isDirectory() || (folder === '' && entry.name.startsWith(RESERVED))) continue;
    const key = `${folder}${entry.name}`;
    if (entry.name.endsWith(GENERATIONS)) {
      const isHarmless = HARMLESS.some((prefix) => key.startsWith(prefix));
      if (isHarmless && (await removeGone(path.join(root, key.slice(0, -GENERATIONS.length)), pass))) removed += 1;
      continue;
    }
    const before = await fs.stat(path.join(root, key)).catch(() => null);
    removed += await tidy(root, `${key}/`, pass);
    if (before !== null && before.mtimeMs < pass.beforeMs && (await removeEmpty(path.join(root, key)))) removed += 1;
  }
  return removed;
}

/** The generations of a key that was deleted long ago, in one move, so that no other writer sees a part of them. */
async function removeGone(plain: string, { staging, beforeMs }: Pass): Promise<boolean> {
  const seen = currentPlace(plain);
  if (!seen.gone || statusOf(plain) !== null) return false;
  const marked = await fs.stat(seen.file).catch(() => null);
  if (marked === null || marked.mtimeMs >= beforeMs) return false;
  const aside = staging.freshName();
  try {
    await fs.rename(plain + GENERATIONS, aside);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
  await fs.rm(aside, { recursive: true, force: true });
  return true;
}

async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await fs.rmdir(folder);
    return true;
  } catch (error) {
    // Something is in it, or another process removed it.
    if (systemCode(error) === null) throw error;
    return false;
  }
}
