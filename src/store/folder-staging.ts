import { randomBytes, randomInt } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
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

  /** Fills a new file by `fill`, makes it durable, hands it to `use` and removes it afterwards, whatever happens. */
  async with<Result>(fill: (file: string) => Promise<void>, use: (staged: StagedFile) => Promise<Result>): Promise<Result> {
    const file = this.freshName();
    try {
      await fill(file);
      return await use({ path: file, etag: await seal(file) });
    } finally {
      await fs.rm(file, { force: true });
    }
  }

  freshName(): string {
    return path.join(this.#folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }
}

/** Read-only, on the disk, and with a time of its own: two files made within one tick of the clock must not share an etag. */
async function seal(file: string): Promise<string> {
  const handle = await fs.open(file, 'r+');
  try {
    const now = Date.now() / 1000 + randomInt(1_000_000) / 1e9;
    await handle.utimes(now, now);
    await handle.chmod(READ_ONLY);
    await handle.sync();
    return etagOf(await handle.stat({ bigint: true }));
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

/** `mkdir -p` that survives a power cut. */
export async function ensureFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = path.dirname(folder); at.length >= path.dirname(first).length; at = path.dirname(at)) {
    await syncFolder(at);
    if (at === path.dirname(at)) return;
  }
}
