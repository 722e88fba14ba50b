import { isPipelineError } from '../../errors/pipeline-error.js';
import type { ObjectStore } from '../../store/port.js';

const SEQUENCE_DIGITS = 8;
const KEPT = 2;

/** The checkpoints of one operation of one run, in the store, oldest first by key. */
export interface Checkpoints {
  /** Resolves with the key once the bytes are durable; only the newest two are kept. */
  save(bytes: Uint8Array): Promise<string>;
  /** The bytes of the newest one, or null when there is none. */
  newest(): Promise<Buffer | null>;
  /** Removes them all, unless none was written or asked for here. */
  clear(): Promise<void>;
}

/** @param attempt - tells the writers apart when an attempt that lost its lease still runs. */
export function openCheckpoints(store: ObjectStore, prefix: string, attempt: number): Checkpoints {
  let next: number | null = null;
  let used = attempt > 1;
  const listAll = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    return keys;
  };
  // Files of checkpoints that are folders lie below, in `files/`.
  const list = async (): Promise<string[]> => (await listAll()).filter((key) => !key.slice(prefix.length).includes('/'));
  return {
    save: async (bytes) => {
      used = true;
      const keys = next === null ? await list() : [];
      next ??= sequenceOf(keys.at(-1), prefix) + 1;
      const key = `${prefix}${String(next).padStart(SEQUENCE_DIGITS, '0')}-${attempt}`;
      next += 1;
      await store.put(key, bytes);
      for (const old of (await list()).filter((other) => other < key).slice(0, -(KEPT - 1))) await store.delete(old);
      return key;
    },
    newest: async () => {
      used = true;
      // Another attempt may remove an old one between the listing and the read, never the newest.
      for (const key of (await list()).reverse()) {
        const bytes = await read(store, key);
        if (bytes !== null) return bytes;
      }
      return null;
    },
    clear: async () => {
      if (!used) return;
      for (const key of await listAll()) await store.delete(key);
    },
  };
}

function sequenceOf(key: string | undefined, prefix: string): number {
  return key === undefined ? -1 : Number(key.slice(prefix.length, prefix.length + SEQUENCE_DIGITS));
}

async function read(store: ObjectStore, key: string): Promise<Buffer | null> {
  try {
    return (await store.get(key)).bytes;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
}
