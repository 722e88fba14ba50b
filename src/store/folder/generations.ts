import { linkSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { isAbsent, systemCode } from '../file-errors.js';
import { GENERATIONS } from '../object-key.js';
import { claimed, generationFile, isGeneration, type Place } from './versions.js';

/** Number of the newest generations of a key that always stay. */
const KEPT = 16;
/** A generation this much older than the newest may go: no writer still takes it for the newest. */
const GRACE_MS = 60_000;
/** A store of before generations were removed may have any number of them; a writer removes so many at a time. */
const MOST_AT_ONCE = 64;

/**
 * Makes the generation after the one that was seen, as a hard link to `staged` or, null, as the sign that the object was deleted. False when
 * another writer was first.
 *
 * Old generations are removed from the lowest upwards. So while the one that was seen is still there, the next one has not been there and gone,
 * and its name can be taken by one writer only. A writer that slept until both were removed has lost, whatever name it got.
 */
export function claimNext(plain: string, seen: Place, staged: string | null): boolean {
  const before = identityOf(seen.file);
  if (before === null) return false;
  const next = generationFile(plain, seen.generation + 1);
  const isOurs = claimed(() => {
    if (staged === null) mkdirSync(next);
    else linkSync(staged, next);
  });
  return isOurs && identityOf(seen.file) === before;
}

/** Removes generations that nobody needs any more, the lowest first; how many it removed. A failure is none of the write that it follows. */
export function trimGenerations(plain: string, most = MOST_AT_ONCE): number {
  let removed = 0;
  try {
    const files = generationsOf(plain);
    const newest = timeOf(files.at(-1));
    for (const [index, file] of files.slice(0, -KEPT).slice(0, most).entries()) {
      if (newest - timeOf(files[index + 1]) < GRACE_MS) break;
      removeGeneration(file);
      removed += 1;
    }
  } catch (error) {
    if (systemCode(error) === null) throw error;
  }
  return removed;
}

/** True when it is time again: names of generations are read at once, so they stay few. */
export const isTrimmingDue = (generation: number): boolean => generation % KEPT === 0;

/** Oldest first. */
function generationsOf(plain: string): string[] {
  const folder = plain + GENERATIONS;
  return readdirSync(folder)
    .filter((name) => isGeneration(name))
    .sort()
    .map((name) => path.join(folder, name));
}

function removeGeneration(file: string): void {
  try {
    if (statSync(file).isDirectory()) rmdirSync(file);
    else unlinkSync(file);
  } catch (error) {
    // Another process removes them, too.
    if (!isAbsent(error)) throw error;
  }
}

/** Infinity when it is gone. */
function timeOf(file: string | undefined): number {
  return file === undefined ? Infinity : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
}

/** Identity of a file or folder; no two ever share it. Null when the file is missing. */
function identityOf(file: string): string | null {
  try {
    const status = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) return null;
    return status.isDirectory() ? `${status.ino}-${status.birthtimeNs}` : `${status.ino}-${status.mtimeNs}-${status.size}`;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
