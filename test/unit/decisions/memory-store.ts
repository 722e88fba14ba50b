import fs from 'node:fs/promises';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { ObjectInfo, ObjectStore, StoredObject } from '../../../src/store/port.js';

/** What stands between an operation and the objects: decides when it happens, and whether its caller lives to see it. */
export type Gate = <T>(operation: () => T) => Promise<T>;

/** The objects that several `memoryStore`s share. */
export type Objects = Map<string, { readonly bytes: Buffer; readonly etag: string }>;

let written = 0;

/** An object store in memory, of which each operation passes a gate and is atomic. */
export function memoryStore(objects: Objects, gate: Gate): ObjectStore {
  const put = (key: string, bytes: Uint8Array, free: (etag: string | null) => boolean): { readonly etag: string } => {
    if (!free(objects.get(key)?.etag ?? null))
      throw new PipelineError('STORE_CONFLICT', { what: `"${key}" was written by another` });
    written += 1;
    const etag = String(written);
    objects.set(key, { bytes: Buffer.from(bytes), etag });
    return { etag };
  };
  const find = (key: string): StoredObject => {
    const found = objects.get(key);
    if (found === undefined) throw new PipelineError('STORE_NOT_FOUND', { what: `there is no object "${key}"` });
    return found;
  };
  const infos = (prefix: string): ObjectInfo[] =>
    [...objects.entries()]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, { bytes, etag }]) => ({ key, bytes: bytes.length, etag, modifiedAt: '' }));
  return {
    uri: 'memory:',
    get: (key) => gate(() => find(key)),
    head: (key) => gate(() => infos(key).find((info) => info.key === key) ?? null),
    put: (key, bytes) => gate(() => put(key, bytes, () => true)),
    putIfAbsent: (key, bytes) => gate(() => put(key, bytes, (etag) => etag === null)),
    putIfMatch: (key, bytes, expected) => gate(() => put(key, bytes, (etag) => etag === expected)),
    async *list(prefix) {
      yield* await gate(() => infos(prefix));
    },
    delete: (key) => gate(() => void objects.delete(key)),
    putFile: async (key, file) => {
      const bytes = await fs.readFile(file);
      return gate(() => put(key, bytes, () => true));
    },
    getFile: async (key, file) => fs.writeFile(file, (await gate(() => find(key))).bytes),
    localPath: () => null,
  };
}
