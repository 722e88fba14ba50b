import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, fsync, futimesSync, openSync, unlinkSync, write, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isAbsent } from '../file-errors.js';
import { RESERVED } from '../object-key.js';
import { entriesOf, etagOf } from './versions.js';

/** A complete, durable file that no reader sees yet. */
export interface StagedFile {
  readonly path: string;
  readonly etag: string;
}

const FOLDER = `${RESERVED}tmp`;
const LEFTOVER_MS = 86_400_000;
const READ_ONLY = 0o444;
/** Files up to this size are read and written on the calling thread. */
export const SMALL_BYTES = 256 * 1024;

/** Where the files of unfinished writes lie: inside the store, so that a rename or link never crosses a file system. */
export class StagingFolder {
  readonly #folder: string;
  readonly #own = `${process.pid}-${randomBytes(8).toString('hex')}`;
  #names = 0;

  constructor(root: string) {
    this.#folder = path.join(root, FOLDER);
  }

  /** Creates the folder and removes what killed writers left there more than a day ago. */
  async prepare(): Promise<void> {
    await fs.mkdir(this.#folder, { recursive: true });
    for (const entry of await entriesOf(this.#folder)) {
      const file = path.join(this.#folder, entry.name);
      try {
        if (Date.now() - (await fs.lstat(file)).mtimeMs > LEFTOVER_MS) await fs.rm(file, { recursive: true, force: true });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
  }

  /** Makes a new file of these bytes durable, hands it to `use` and removes it afterwards, whatever happens. */
  withBytes<Result>(bytes: Uint8Array, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    return this.#with(async (file) => {
      const descriptor = openSync(file, 'wx', READ_ONLY);
      try {
        if (bytes.length <= SMALL_BYTES) writeWhole(descriptor, bytes);
        else await writeElsewhere(descriptor, bytes);
        return descriptor;
      } catch (error) {
        closeSync(descriptor);
        throw error;
      }
    }, use);
  }

  /** As `withBytes`, for a few bytes that something else keeps over a power cut: the file itself is not durable. */
  withVolatile<Result>(bytes: Uint8Array, use: (staged: StagedFile) => Result): Result {
    const file = this.freshName();
    try {
      return use({ path: file, etag: makeVolatile(file, bytes) });
    } finally {
      removeIfThere(file);
    }
  }

  /** As `withBytes`, with a copy of the file `source`. */
  withCopy<Result>(source: string, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    return this.#with(async (file) => {
      await copyWritable(source, file);
      return openSync(file, 'r+');
    }, use);
  }

  async #with<Result>(fill: (file: string) => Promise<number>, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    const file = this.freshName();
    try {
      return await use({ path: file, etag: await seal(await fill(file)) });
    } finally {
      removeIfThere(file);
    }
  }

  freshName(): string {
    this.#names += 1;
    return `${this.#folder}${path.sep}${this.#own}-${this.#names}`;
  }
}

const flush = promisify(fsync);
const writeAside = promisify(write);

function makeVolatile(file: string, bytes: Uint8Array): string {
  const descriptor = openSync(file, 'wx', READ_ONLY);
  try {
    writeWhole(descriptor, bytes);
    giveOwnTime(descriptor);
    return etagOf(fstatSync(descriptor, { bigint: true }));
  } finally {
    closeSync(descriptor);
  }
}

/** Two files made within one tick of the clock must not share an etag. */
function giveOwnTime(descriptor: number): void {
  const now = Date.now() / 1000 + randomInt(1_000_000) / 1e9;
  futimesSync(descriptor, now, now);
}

/**
 * Read-only, on the disk, and with a time of its own. Only what waits for the disk leaves this thread: each trip to the pool of threads
 * costs more than the other calls take.
 */
async function seal(descriptor: number): Promise<string> {
  try {
    giveOwnTime(descriptor);
    fchmodSync(descriptor, READ_ONLY);
    await flush(descriptor);
    return etagOf(fstatSync(descriptor, { bigint: true }));
  } finally {
    closeSync(descriptor);
  }
}

export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

async function writeElsewhere(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += (await writeAside(descriptor, bytes, written)).bytesWritten;
}

/** Makes a file durable, or the names in a folder. */
export async function syncPath(place: string): Promise<void> {
  const descriptor = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A copy that its owner may write to, sharing blocks with the original where the file system can. */
export async function copyWritable(source: string, target: string): Promise<void> {
  await fs.copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await fs.chmod(target, 0o644);
}

export function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** `mkdir -p` that survives a power cut. */
export async function ensureFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = path.dirname(folder); at.length >= path.dirname(first).length; at = path.dirname(at)) {
    await syncPath(at);
    if (at === path.dirname(at)) return;
  }
}
