import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactFile } from '../../contracts/artifact.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { objectKey } from './artifact-keys.js';
import { isAbsent } from '../file-errors.js';
import { sha256File } from '../hash.js';
import type { CacheUser, ObjectCache } from './object-cache.js';
import type { ObjectStore } from '../port.js';

const READS = 3;

/**
 * Local paths of objects by hash. A folder store gives its own files, verified once for each state of the file in this process; other
 * stores are copied into a cache on this machine under the hash, where later processes find and verify them.
 */
export class VerifiedFiles implements CacheUser {
  readonly handedOut = new Set<string>();
  readonly #objects: ObjectStore;
  readonly #cacheOf: () => ObjectCache;
  #cache: ObjectCache | null = null;
  readonly #verified = new Map<string, string>();
  readonly #pending = new Map<string, Promise<string>>();

  /** @param cacheOf - asked when a file is first needed of a store that is not a folder here. */
  constructor(objects: ObjectStore, cacheOf: () => ObjectCache) {
    this.#objects = objects;
    this.#cacheOf = cacheOf;
  }

  /** @throws PipelineError `ARTIFACT_CORRUPT`, also when the object is missing. */
  path(file: ArtifactFile): Promise<string> {
    const running = this.#pending.get(file.sha256);
    if (running !== undefined) return running;
    const found = this.#find(file).finally(() => this.#pending.delete(file.sha256));
    this.#pending.set(file.sha256, found);
    return found;
  }

  async #find(file: ArtifactFile): Promise<string> {
    const stored = this.#objects.localPath(objectKey(file.sha256));
    if (stored !== null) {
      if ((await this.#check(stored, file)) === 'right') return stored;
      throw corrupt(file, this.#objects.uri);
    }
    const cache = this.#joined();
    const cached = path.join(cache.folder, file.sha256);
    this.handedOut.add(cached);
    // Marked before it is looked at: from then on nobody makes room at its expense.
    await cache.mark(cached);
    if ((await this.#check(cached, file)) === 'right') return cached;
    await this.#download(file, cached);
    await cache.grown(file.bytes);
    return cached;
  }

  #joined(): ObjectCache {
    if (this.#cache === null) {
      this.#cache = this.#cacheOf();
      this.#cache.join(this);
    }
    return this.#cache;
  }

  async #download(file: ArtifactFile, target: string): Promise<void> {
    await fs.mkdir(path.dirname(target), { recursive: true });
    const part = `${target}.part-${process.pid}-${randomBytes(6).toString('hex')}`;
    try {
      if ((await this.#objects.head(objectKey(file.sha256))) === null) throw corrupt(file, this.#objects.uri);
      for (let tries = 1; ; tries += 1) {
        await this.#objects.getFile(objectKey(file.sha256), part);
        if ((await this.#check(part, file)) === 'right') break;
        // Over a network bytes may change on their way.
        if (tries === READS) throw corrupt(file, this.#objects.uri);
      }
      await fs.rename(part, target);
      await this.#cache?.stamp(target);
      await this.#check(target, file);
    } finally {
      await fs.rm(part, { force: true });
      this.#verified.delete(part);
    }
  }

  async #check(at: string, file: ArtifactFile): Promise<'right' | 'wrong'> {
    const state = await stateOf(at);
    if (state === null) return 'wrong';
    if (this.#verified.get(at) === state) return 'right';
    const { sha256 } = await sha256File(at);
    if (sha256 !== file.sha256) return 'wrong';
    this.#verified.set(at, state);
    return 'right';
  }
}

export function corrupt(file: ArtifactFile, uri: string, received = 'other bytes, or none'): PipelineError {
  return new PipelineError('ARTIFACT_CORRUPT', {
    what: `the bytes of "${file.name}" are not what was published`,
    where: `object ${objectKey(file.sha256)} of store ${uri}`,
    expected: `SHA-256 ${file.sha256} (${file.bytes} bytes)`,
    received,
    details: { object: objectKey(file.sha256), file: file.name },
  });
}

/** Changes whenever a file is replaced or written to; null when there is none. */
async function stateOf(file: string): Promise<string | null> {
  try {
    const status = await fs.stat(file, { bigint: true });
    return status.isFile() ? `${status.ino}-${status.size}-${status.mtimeNs}` : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
