import { randomBytes, randomInt } from 'node:crypto';
import { constants, fchmodSync, fstatSync, fsync, futimesSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { entriesOf, etagOf, isAbsent } from './folder-versions.js';
import { RESERVED } from './object-key.js';

/** A complete, durable file that no reader sees yet. */
export interface StagedFile {
  readonly path: string;
  readonly etag: string;
}

const FOLDER = `${RESERVED}tmp`;
const LEFTOVER_MS = 86_400_000;
const READ_ONLY = 0o444;

/** Where the files of unfinished writes lie: inside the store, so that a rename or link never crosses a file system. */
export class StagingFolder {
  readonly #folder: string;

  constructor(root: string) {
    this.#folder = path.join(root, FOLDER);
  }

  /** Creates the folder and removes what killed writers left there more than a day ago. */
  async prepare(): Promise<void> {
    await fs.mkdir(this.#folder, { recursive: true });
    for (const entry of await entriesOf(this.#folder)) {
      const file = path.join(this.#folder, entry.name);
      try {
        if (Date.now() - (await fs.lstat(file)).mtimeMs > LEFTOVER_MS) await fs.rm(file, { force: true });
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
  }

  /** Makes a new file of these bytes durable, hands it to `use` and removes it afterwards, whatever happens. */
  withBytes<Result>(bytes: Uint8Array, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    return this.#with(async (file) => {
      const handle = await fs.open(file, 'wx', READ_ONLY);
      try {
        await handle.writeFile(bytes);
        return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
    }, use);
  }

  /** As `withBytes`, with a copy of the file `source`. */
  withCopy<Result>(source: string, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    return this.#with(async (file) => {
      await copyWritable(source, file);
      return fs.open(file, 'r+');
    }, use);
  }

  async #with<Result>(
    fill: (file: string) => Promise<fs.FileHandle>,
    use: (staged: StagedFile) => Promise<Result>,
  ): Promise<Result> {
    const file = this.freshName();
    try {
      return await use({ path: file, etag: await seal(await fill(file)) });
    } finally {
      await removeIfThere(file);
    }
  }

  freshName(): string {
    return path.join(this.#folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }
}

const flush = promisify(fsync);

/**
 * Read-only, on the disk, and with a time of its own: two files made within one tick of the clock must not share an etag. Only what waits
 * for the disk leaves this thread: each trip to the pool of threads costs more than the other calls take.
 */
async function seal(handle: fs.FileHandle): Promise<string> {
  try {
    const now = Date.now() / 1000 + randomInt(1_000_000) / 1e9;
    futimesSync(handle.fd, now, now);
    fchmodSync(handle.fd, READ_ONLY);
    await flush(handle.fd);
    return etagOf(fstatSync(handle.fd, { bigint: true }));
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A copy that its owner may write to, sharing blocks with the original where the file system can. */
export async function copyWritable(source: string, target: string): Promise<void> {
  await fs.copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await fs.chmod(target, 0o644);
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await fs.unlink(file);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** `mkdir -p` that survives a power cut. */
export async function ensureFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = path.dirname(folder); at.length >= path.dirname(first).length; at = path.dirname(at)) {
    await syncFolder(at);
    if (at === path.dirname(at)) return;
  }
}
