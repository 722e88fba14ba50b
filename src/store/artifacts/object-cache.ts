import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isAbsent } from '../file-errors.js';

/** A user of cached files; they stay while the user lives. */
export interface CacheUser {
  readonly handedOut: ReadonlySet<string>;
}

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** A file that some process of the machine uses is marked so often, and counts as used for so long after the last mark, ms. */
const MARK_EVERY_MS = 60_000;
const USED_MS = 600_000;
/** What a killed process left of a download. */
const LEFTOVER_MS = 86_400_000;
const PART = /\.(?:part|evicted)-/;
/** The cache is looked through when it may have grown by this part of its limit. */
const SLACK = 0.05;
const SECOND_NS = 1_000_000_000n;

/**
 * A folder of files by hash that stays below a limit. The one that nobody has used for longest goes first; what a step uses stays, in whichever process
 * of the machine, as a mark of the last use tells. So more than the limit stays when steps need more at once.
 */
export class ObjectCache {
  readonly folder: string;
  readonly #limitBytes: number;
  readonly #users = new Set<WeakRef<CacheUser>>();
  #grownBytes = Infinity;
  #looking: Promise<void> | null = null;

  constructor(folder: string, limitBytes: number) {
    this.folder = folder;
    this.#limitBytes = limitBytes;
    setInterval(() => void this.#markAll(), MARK_EVERY_MS).unref();
  }

  /** What it has handed out is marked as used from now on. */
  join(user: CacheUser): void {
    this.#users.add(new WeakRef(user));
  }

  /** Gives a file that was just fetched a time of change in whole seconds, which `mark` can give it again. */
  async stamp(file: string): Promise<void> {
    const seconds = Math.floor(Date.now() / 1000);
    await fs.utimes(file, seconds, seconds);
  }

  /** Marks a file as used now. One that was written to since it was stamped keeps the time of that, by which it is found out. */
  async mark(file: string): Promise<void> {
    try {
      const { mtimeNs } = await fs.stat(file, { bigint: true });
      if (mtimeNs % SECOND_NS === 0n) await fs.utimes(file, Date.now() / 1000, Number(mtimeNs / SECOND_NS));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  /** Has to be told of what was added; makes room when it is time. */
  async grown(bytes: number): Promise<void> {
    this.#grownBytes += bytes;
    if (this.#grownBytes < this.#limitBytes * SLACK) return;
    this.#looking ??= this.#makeRoom().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  async #makeRoom(): Promise<void> {
    const files = await this.#files();
    this.#grownBytes = 0;
    let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const inUse = this.#inUse();
    const oldest = files.filter((file) => !inUse.has(file.path)).sort((one, other) => one.usedMs - other.usedMs);
    for (const file of oldest) {
      if (left <= this.#limitBytes * (1 - SLACK) || Date.now() - file.usedMs < USED_MS) return;
      if (await evict(file)) left -= file.bytes;
    }
  }

  async #files(): Promise<CachedFile[]> {
    const files: CachedFile[] = [];
    for (const name of await fs.readdir(this.folder)) {
      const file = path.join(this.folder, name);
      const status = await fs.stat(file).catch(() => null);
      if (status?.isFile() !== true) continue;
      if (!PART.test(name)) files.push({ path: file, bytes: status.size, usedMs: status.atimeMs });
      else if (Date.now() - status.mtimeMs > LEFTOVER_MS) await fs.rm(file, { force: true });
    }
    return files;
  }

  #inUse(): ReadonlySet<string> {
    const inUse = new Set<string>();
    for (const reference of this.#users) {
      const user = reference.deref();
      if (user === undefined) this.#users.delete(reference);
      else for (const file of user.handedOut) inUse.add(file);
    }
    return inUse;
  }

  async #markAll(): Promise<void> {
    // A file that is gone, or a folder without rights: the next to need it fetches it again.
    for (const file of this.#inUse()) await this.mark(file).catch(() => undefined);
  }
}

/** Out of the way first: when somebody has marked it meanwhile, it comes back. */
async function evict({ path: file, usedMs }: CachedFile): Promise<boolean> {
  const aside = `${file}.evicted-${randomBytes(6).toString('hex')}`;
  try {
    await fs.rename(file, aside);
    if ((await fs.stat(aside)).atimeMs === usedMs) {
      await fs.rm(aside, { force: true });
      return true;
    }
    await fs.rename(aside, file);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return false;
}

const caches = new Map<string, ObjectCache>();

/** One for each folder in this process. */
export function objectCache(folder: string, limitBytes: number): ObjectCache {
  const name = `${String(limitBytes)} ${folder}`;
  const known = caches.get(name) ?? new ObjectCache(folder, limitBytes);
  caches.set(name, known);
  return known;
}
