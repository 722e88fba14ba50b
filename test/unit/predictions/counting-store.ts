import { openObjectStore } from '../../../src/store/open-store.js';
import type { ObjectStore } from '../../../src/store/port.js';
import { temporaryFolder } from '../data/tiny-source.js';

type Request = Exclude<keyof ObjectStore, 'uri' | 'address' | 'localPath' | 'tidy'>;

export interface CountingStore extends ObjectStore {
  /** Requests so far, by kind. */
  readonly requests: Readonly<Record<Request, number>>;
  /** Asked before each request; what it throws is what the request fails with. */
  before: (request: Request, key: string) => void;
  reset(): void;
}

const none = (): Record<Request, number> => ({
  get: 0,
  head: 0,
  put: 0,
  putIfAbsent: 0,
  putIfMatch: 0,
  list: 0,
  delete: 0,
  putFile: 0,
  getFile: 0,
});

/** A folder store that counts its requests as S3 would bill them, and has no local paths, so that reads are requests too. */
export async function createCountingStore(): Promise<CountingStore> {
  const inner = await openObjectStore(await temporaryFolder());
  const requests = none();
  const store: CountingStore = {
    uri: inner.uri,
    requests,
    before: () => undefined,
    reset: () => {
      Object.assign(requests, none());
    },
    localPath: () => null,
    get: (key) => counted('get', key, () => inner.get(key)),
    head: (key) => counted('head', key, () => inner.head(key)),
    put: (key, bytes) => counted('put', key, () => inner.put(key, bytes)),
    putIfAbsent: (key, bytes, options) => counted('putIfAbsent', key, () => inner.putIfAbsent(key, bytes, options)),
    putIfMatch: (key, bytes, etag) => counted('putIfMatch', key, () => inner.putIfMatch(key, bytes, etag)),
    delete: (key) => counted('delete', key, () => inner.delete(key)),
    putFile: (key, path) => counted('putFile', key, () => inner.putFile(key, path)),
    getFile: (key, path) => counted('getFile', key, () => inner.getFile(key, path)),
    list: async function* (prefix) {
      requests.list += 1;
      store.before('list', prefix);
      yield* inner.list(prefix);
    },
  };
  async function counted<Result>(request: Request, key: string, work: () => Promise<Result>): Promise<Result> {
    requests[request] += 1;
    store.before(request, key);
    return work();
  }
  return store;
}
