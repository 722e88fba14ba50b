import { closeSync, constants, fstatSync, linkSync, openSync, readFile, readFileSync, renameSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { conflict, fileError, isAbsent, notFound, systemCode, tooLarge } from '../file-errors.js';
import { checkKey, checkPrefix, GENERATIONS, invalidKey } from '../object-key.js';
import type { GetOptions, ObjectInfo, ObjectStore, PutIfAbsentOptions, StoredObject } from '../port.js';
import { copyWritable, removeIfThere, SMALL_BYTES, type StagedFile, StagingFolder, syncPath } from './staging.js';
import { claimNext, isTrimmingDue, trimGenerations } from './generations.js';
import { tidyFolder } from './tidy-folder.js';
import { currentPlace, entriesOf, etagOf, type Place, plainFile, statusOf } from './versions.js';
import { inCurrentPlace, inFolder, isCurrentOrFirst, startGenerations, tookName } from './current-file.js';
import { listFolder } from './list-folder.js';
import { WriteAheadLog } from './write-ahead-log.js';

/**
 * An object store in a folder of a local or NFS disk, shared by any number of processes, without locks. See `Place` for its layout.
 * Writes are durable (fsync of the file and its folder, or of a `WriteAheadLog`) when they return. Mixing `put` with compare-and-swap on one
 * key is safe for every reader, and the last of them wins. Only what waits for the disk, and long files, leave the calling thread: a trip to
 * the pool of threads costs several times what a name or a few kilobytes cost.
 */
export async function openLocalStore(root: string): Promise<ObjectStore> {
  const staging = new StagingFolder(root);
  try {
    await staging.prepare();
    return new LocalStore(root, staging, await WriteAheadLog.open(root, staging));
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw fileError(error, 'open', '', root);
    throw new PipelineError('STORE_URI_INVALID', { what: `${root} is not a folder`, cause: error });
  }
}

/** More than this is not worth writing twice. */
const LOGGED_BYTES = 64 * 1024;

const readAside: (descriptor: number) => Promise<Buffer> = promisify(readFile);

class LocalStore implements ObjectStore {
  readonly uri: string;
  readonly address: string;
  readonly #root: string;
  readonly #staging: StagingFolder;
  #log: WriteAheadLog | null;

  constructor(root: string, staging: StagingFolder, log: WriteAheadLog | null) {
    this.uri = pathToFileURL(root).href;
    this.address = this.uri;
    this.#root = path.resolve(root);
    this.#staging = staging;
    this.#log = log;
  }

  get(key: string, { maxBytes = Infinity }: GetOptions = {}): Promise<StoredObject> {
    return this.#guard('read', key, async (plain) => {
      const descriptor = inCurrentPlace(plain, openExisting);
      if (descriptor === null) throw notFound(key, this.uri);
      try {
        const status = fstatSync(descriptor, { bigint: true });
        if (!status.isFile()) throw notFound(key, this.uri);
        if (status.size > maxBytes) throw tooLarge(key, this.uri, maxBytes, Number(status.size));
        const bytes = status.size <= SMALL_BYTES ? readFileSync(descriptor) : await readAside(descriptor);
        return { etag: etagOf(status), bytes };
      } finally {
        closeSync(descriptor);
      }
    });
  }

  head(key: string): Promise<ObjectInfo | null> {
    return this.#guard('look at', key, async (plain) => {
      const status = inCurrentPlace(plain, statusOf);
      if (status === null) return null;
      const modifiedAt = new Date(Number(status.mtimeMs)).toISOString();
      return { key, bytes: Number(status.size), etag: etagOf(status), modifiedAt };
    });
  }

  put(key: string, bytes: Uint8Array): Promise<{ readonly etag: string }> {
    return this.#write(key, bytes, (plain, staged) => this.#replace(plain, staged));
  }

  putFile(key: string, source: string): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, (plain) =>
      this.#staging.withCopy(source, async (staged) => {
        await this.#replace(plain, staged);
        return { etag: staged.etag };
      }),
    );
  }

  putIfAbsent(
    key: string,
    bytes: Uint8Array,
    { writeOnce = false }: PutIfAbsentOptions = {},
  ): Promise<{ readonly etag: string }> {
    if (writeOnce && this.#log !== null && bytes.length <= LOGGED_BYTES) return this.#putOnce(this.#log, key, bytes);
    return this.#write(key, bytes, async (plain, staged) => {
      for (;;) {
        const place = currentPlace(plain);
        if (place.generation > 0) {
          if (!place.gone) throw conflict(key, this.uri, 'it exists already');
          if (await this.#append(plain, place, staged)) return;
          continue;
        }
        if (!(await inFolder(plain, () => tookName(plain, staged)))) throw await this.#taken(key, plain);
        await syncPath(path.dirname(plain));
        if (isCurrentOrFirst(plain, staged)) return;
      }
    });
  }

  putIfMatch(key: string, bytes: Uint8Array, etag: string): Promise<{ readonly etag: string }> {
    return this.#write(key, bytes, async (plain, staged) => {
      for (;;) {
        const place = currentPlace(plain);
        const status = place.gone ? null : statusOf(place.file);
        if (status === null) throw conflict(key, this.uri, 'it does not exist');
        if (etagOf(status) !== etag) throw conflict(key, this.uri, 'it has changed since it was read');
        if (place.generation === 0) {
          await startGenerations(plain);
          continue;
        }
        if (await this.#append(plain, place, staged)) return;
        throw conflict(key, this.uri, 'another writer was first');
      }
    });
  }

  delete(key: string): Promise<void> {
    return this.#guard('delete', key, async (plain) => {
      for (;;) {
        const place = currentPlace(plain);
        if (place.gone) return;
        if (place.generation > 0) {
          if (await this.#append(plain, place, null)) return;
          continue;
        }
        if (statusOf(plain) === null) return;
        await fs.rm(plain, { force: true });
        await syncPath(path.dirname(plain));
        if (currentPlace(plain).generation === 0) return;
      }
    });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    yield* listFolder(this.#root, prefix, (key) => this.head(key));
  }

  getFile(key: string, target: string): Promise<void> {
    return this.#guard('copy out', key, async (plain) => {
      const file = inCurrentPlace(plain, (at) => (statusOf(at) === null ? null : at));
      if (file === null) throw notFound(key, this.uri);
      const part = `${target}.part-${path.basename(this.#staging.freshName())}`;
      try {
        await copyWritable(file, part);
        await fs.rename(part, target);
      } finally {
        await fs.rm(part, { force: true });
      }
    });
  }

  localPath(key: string): string {
    checkKey(key);
    return plainFile(this.#root, key);
  }

  async tidy(olderThanMs: number): Promise<number> {
    return tidyFolder(this.#root, this.#staging, olderThanMs);
  }

  async #guard<Result>(action: string, key: string, work: (plain: string) => Promise<Result>): Promise<Result> {
    const plain = this.localPath(key);
    try {
      return await work(plain);
    } catch (error) {
      throw fileError(error, action, key, this.uri);
    }
  }

  #write(
    key: string,
    bytes: Uint8Array,
    publish: (plain: string, staged: StagedFile) => Promise<void>,
  ): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, (plain) =>
      this.#staging.withBytes(bytes, async (staged) => {
        await publish(plain, staged);
        return { etag: staged.etag };
      }),
    );
  }

  #putOnce(log: WriteAheadLog, key: string, bytes: Uint8Array): Promise<{ readonly etag: string }> {
    return this.#guard('write', key, async (plain) => {
      const etag = await inFolder(plain, () =>
        this.#staging.withVolatile(bytes, (staged) => (tookName(plain, staged) ? staged.etag : null)),
      );
      if (etag === null) throw await this.#taken(key, plain);
      try {
        await log.append(key, bytes);
      } catch (error) {
        // The file is there: it can be made durable by itself, as all later ones will be.
        if (this.#log === log) process.emitWarning(`${this.uri} goes on without its write-ahead log: ${reasonOf(error)}`);
        this.#log = null;
        await syncPath(plain);
        await syncPath(path.dirname(plain));
      }
      return { etag };
    });
  }

  async #taken(key: string, plain: string): Promise<PipelineError> {
    return statusOf(plain) === null ? occupied(key, plain) : conflict(key, this.uri, 'it exists already');
  }

  async #replace(plain: string, staged: StagedFile): Promise<void> {
    for (;;) {
      const place = currentPlace(plain);
      if (place.generation > 0) {
        if (await this.#append(plain, place, staged)) return;
        continue;
      }
      await inFolder(plain, () => {
        this.#linkOver(staged.path, plain);
      });
      await syncPath(path.dirname(plain));
      if (isCurrentOrFirst(plain, staged)) return;
    }
  }

  /** `staged` null: the object is deleted. */
  async #append(plain: string, seen: Place, staged: StagedFile | null): Promise<boolean> {
    try {
      if (!claimNext(plain, seen, staged?.path ?? null)) return false;
      await syncPath(plain + GENERATIONS);
    } catch (error) {
      // The generations of a key that was deleted long ago were removed meanwhile.
      if (isAbsent(error)) return false;
      throw error;
    }
    await this.#refreshCopy(plain);
    if (isTrimmingDue(seen.generation)) trimGenerations(plain);
    return true;
  }

  /**
   * The copy for human readers follows the highest generation, whoever wrote it. The write itself has been made by then, so a failure
   * here (a full disk, say) is not one of the write: the copy stays old until the next.
   */
  async #refreshCopy(plain: string): Promise<void> {
    try {
      for (;;) {
        const place = currentPlace(plain);
        if (place.gone) await fs.rm(plain, { force: true });
        else this.#linkOver(place.file, plain);
        if (currentPlace(plain).generation === place.generation) return;
      }
    } catch (error) {
      if (systemCode(error) === null) throw error;
    }
  }

  /** Puts a hard link to `file` in the place of `target` in one move. A rename between links to one file does nothing, so both names go. */
  #linkOver(file: string, target: string): void {
    const fresh = this.#staging.freshName();
    try {
      linkSync(file, fresh);
      renameSync(fresh, target);
    } finally {
      removeIfThere(fresh);
    }
  }
}

function openExisting(file: string): number | null {
  try {
    // A pipe in the place of a file must not stop the process.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function occupied(key: string, plain: string): Promise<PipelineError> {
  const entries = await entriesOf(plain);
  return invalidKey(key, [
    `it is the beginning of other keys${entries[0] === undefined ? '' : ` such as "${key}/${entries[0].name}"`}`,
  ]);
}
