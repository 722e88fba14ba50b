import { PipelineError } from '../../../src/errors/pipeline-error.js';
import { sha256Hex } from '../../../src/store/hash.js';
import type { ObjectStore } from '../../../src/store/port.js';

export interface CountedStore {
  readonly store: ObjectStore;
  readonly contents: Map<string, Buffer>;
  readonly calls: { get: number; list: number; other: number };
  readonly reset: () => void;
}

/** A store in memory that counts what is asked of it; a list is one request, as S3 bills up to a thousand keys. */
export function createCountedStore(): CountedStore {
  const contents = new Map<string, Buffer>();
  const calls = { get: 0, list: 0, other: 0 };
  const missing = (key: string): never => {
    throw new PipelineError('STORE_NOT_FOUND', { what: key });
  };
  const etagOf = (bytes: Uint8Array): string => sha256Hex(bytes);
  const write = (key: string, bytes: Uint8Array): Promise<{ etag: string }> => {
    calls.other += 1;
    contents.set(key, Buffer.from(bytes));
    return Promise.resolve({ etag: etagOf(bytes) });
  };
  const conflict = (key: string): Promise<never> => Promise.reject(new PipelineError('STORE_CONFLICT', { what: key }));
  const store: ObjectStore = {
    uri: 'memory:',
    localPath: () => null,
    get: (key) => {
      calls.get += 1;
      const bytes = contents.get(key);
      return bytes === undefined ? Promise.resolve().then(() => missing(key)) : Promise.resolve({ bytes, etag: etagOf(bytes) });
    },
    head: (key) => {
      calls.other += 1;
      const bytes = contents.get(key);
      const modifiedAt = new Date().toISOString();
      return Promise.resolve(bytes === undefined ? null : { key, bytes: bytes.length, etag: etagOf(bytes), modifiedAt });
    },
    put: write,
    putIfAbsent: (key, bytes) => (contents.has(key) ? conflict(key) : write(key, bytes)),
    putIfMatch: (key, bytes, etag) => (etagOf(contents.get(key) ?? Buffer.alloc(0)) === etag ? write(key, bytes) : conflict(key)),
    delete: (key) => Promise.resolve(void contents.delete(key)),
    putFile: conflict,
    getFile: conflict,
    list: async function* (prefix) {
      calls.list += 1;
      await Promise.resolve();
      const modifiedAt = new Date().toISOString();
      for (const key of [...contents.keys()].filter((one) => one.startsWith(prefix)).sort())
        yield { key, bytes: 1, etag: '', modifiedAt };
    },
  };
  const reset = (): void => {
    Object.assign(calls, { get: 0, list: 0, other: 0 });
  };
  return { store, contents, calls, reset };
}
