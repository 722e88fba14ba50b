import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectInfo, ObjectStore } from '../../../src/store/port.js';
import { temporaryFolder } from '../data/tiny-source.js';

export interface AgedStore extends ObjectStore {
  /** Makes everything that is there older. */
  age(ms: number): void;
  keys(prefix?: string): Promise<string[]>;
}

/** A folder store whose objects can be made older than they are. */
export async function createAgedStore(): Promise<AgedStore> {
  const inner = await openObjectStore(await temporaryFolder());
  let offsetMs = 0;
  const written = new Map<string, number>();
  const aged = (info: ObjectInfo): ObjectInfo => ({
    ...info,
    modifiedAt: new Date(Date.parse(info.modifiedAt) - (offsetMs - (written.get(info.key) ?? 0))).toISOString(),
  });
  const noted = async <Result>(key: string, write: Promise<Result>): Promise<Result> => {
    const result = await write;
    written.set(key, offsetMs);
    return result;
  };
  return {
    uri: inner.uri,
    localPath: (key) => inner.localPath(key),
    get: (key, options) => inner.get(key, options),
    head: async (key) => {
      const info = await inner.head(key);
      return info === null ? null : aged(info);
    },
    put: (key, bytes) => noted(key, inner.put(key, bytes)),
    putIfAbsent: (key, bytes, options) => noted(key, inner.putIfAbsent(key, bytes, options)),
    putIfMatch: (key, bytes, etag) => noted(key, inner.putIfMatch(key, bytes, etag)),
    putFile: (key, path) => noted(key, inner.putFile(key, path)),
    getFile: (key, path) => inner.getFile(key, path),
    delete: (key) => inner.delete(key),
    list: async function* (prefix) {
      for await (const info of inner.list(prefix)) yield aged(info);
    },
    age: (ms) => {
      offsetMs += ms;
    },
    keys: async (prefix = '') => {
      const keys: string[] = [];
      for await (const { key } of inner.list(prefix)) keys.push(key);
      return keys;
    },
  };
}
