import { type BigIntStats, type Dirent, readdirSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isAbsent, systemCode } from '../file-errors.js';
import { GENERATIONS } from '../object-key.js';

/**
 * How one key lies in the folder. A key that was never compared-and-swapped is the plain file `<key>`. From its first swap on it is the
 * folder `<key>.~v` of generations `0000000001`, `0000000002`, ...: the highest one is the object, a folder in its place says that the
 * object was deleted. A generation is made by an exclusive hard link (or mkdir), so exactly one writer gets each number and a killed writer
 * leaves nothing to clear away; old ones are removed later (`claimNext` says why that is safe). The plain file of such a key is a copy for
 * human readers.
 */
export interface Place {
  readonly file: string;
  /** 0 = plain. */
  readonly generation: number;
  readonly gone: boolean;
}

const DIGITS = 10;
const NAME = /^\d{10}$/;

export const isGeneration = (name: string): boolean => NAME.test(name);

/** The plain file of a key that was checked. */
export function plainFile(root: string, key: string): string {
  return root + path.sep + (path.sep === '/' ? key : key.replaceAll('/', path.sep));
}

/** The place of the key whose plain file is `plain`. Names alone are read, which the system has at hand: a pool of threads would cost more. */
export function currentPlace(plain: string): Place {
  const folder = plain + GENERATIONS;
  let top: { readonly name: string; readonly gone: boolean } | null = null;
  for (const entry of namesIn(folder)) {
    if (isGeneration(entry.name) && (top === null || entry.name > top.name))
      top = { name: entry.name, gone: entry.isDirectory() };
  }
  if (top === null) return { file: plain, generation: 0, gone: false };
  return { file: path.join(plain + GENERATIONS, top.name), generation: Number(top.name), gone: top.gone };
}

function namesIn(folder: string): Dirent[] {
  try {
    // Asking first is cheaper than an error, and most keys have no generations.
    return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** The file that holds `generation` of a key. */
export function generationFile(plain: string, generation: number): string {
  return path.join(plain + GENERATIONS, String(generation).padStart(DIGITS, '0'));
}

/** The entries of a folder; none when the folder does not exist. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Status of a file with nanoseconds; null when there is none, or a folder in its place. */
export function statusOf(file: string): BigIntStats | null {
  try {
    const status = statSync(file, { bigint: true, throwIfNoEntry: false });
    return status?.isFile() === true ? status : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Files are never changed in place, so inode, time and size name one content; a hard link keeps them. */
export function etagOf(status: BigIntStats): string {
  return `${status.ino.toString(36)}-${status.mtimeNs.toString(36)}-${status.size.toString(36)}`;
}

/** Runs an exclusive file operation: false when the name was taken. */
export function claimed(operation: () => unknown): boolean {
  try {
    operation();
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}
