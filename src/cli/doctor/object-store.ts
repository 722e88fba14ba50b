import { randomUUID } from 'node:crypto';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { openObjectStore } from '../../store/open-store.js';
import type { ObjectStore } from '../../store/port.js';
import { fail, ok } from './check.js';
import type { Check } from './check.js';

/** Writes, reads, and checks that conditional writes are refused as they must be: aliases depend on it. */
export const objectStore: Check = {
  name: 'Store',
  run: async ({ store: address }) => {
    const cure = 'choose another store with --store or PERENNIAL_STORE';
    let store: ObjectStore;
    try {
      store = await openObjectStore(address);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      return fail(error.parts.what, cure);
    }
    const key = `doctor/${randomUUID()}`;
    try {
      const first = await store.putIfAbsent(key, Buffer.from('1'));
      const second = await store.putIfMatch(key, Buffer.from('2'), first.etag);
      const staleRefused = await isRefused(store.putIfMatch(key, Buffer.from('3'), first.etag));
      const secondCreateRefused = await isRefused(store.putIfAbsent(key, Buffer.from('4')));
      const { bytes, etag } = await store.get(key);
      if (!staleRefused || !secondCreateRefused) {
        return fail(
          `${store.uri} does not honour conditional writes`,
          'use a store that does (S3 with If-Match, MinIO, a local folder)',
        );
      }
      if (bytes.toString() !== '2' || etag !== second.etag) return fail(`${store.uri} does not give back what was written`, cure);
      return ok(`${store.uri}: readable, writable, compare-and-swap works`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      return fail(error.parts.what, error.parts.cure ?? cure);
    } finally {
      await store.delete(key).catch(() => undefined);
    }
  },
};

async function isRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_CONFLICT') return true;
    throw error;
  }
}
