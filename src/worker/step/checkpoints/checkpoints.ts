import { isPipelineError } from '../../../errors/pipeline-error.js';
import type { ObjectStore } from '../../../store/port.js';

const SEQUENCE_DIGITS = 8;
const KEPT = 2;

/** The checkpoints of one operation of one run, in the store, oldest first by key. */
export interface Checkpoints {
  /** Resolves with the key once the bytes are durable; only the newest two are kept. */
  save(bytes: Uint8Array): Promise<string>;
  /** The bytes of the newest one, or null when there is none. */
  newest(): Promise<Buffer | null>;
  /** Files of checkpoints that are folders lie below, in `files/`. */
  filed(): void;
  /** Removes them all, with those of earlier attempts. */
  clear(): Promise<void>;
}

/**
 * @param attempt - tells the writers apart when an attempt that lost its lease still runs.
 * @param mayHave - an attempt or a run before this one may have left some. Where nobody can have, the store is not asked what there is.
 */
export function openCheckpoints(store: ObjectStore, prefix: string, attempt: number, mayHave = attempt > 1): Checkpoints {
  let known: string[] | null = mayHave ? null : [];
  let hasOthers = mayHave;
  let next = 0;
  const listAll = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    return keys;
  };
  const list = async (): Promise<string[]> => (await listAll()).filter((key) => !key.slice(prefix.length).includes('/'));
  return {
    save: async (bytes) => {
      known ??= await list();
      next = Math.max(next, sequenceOf(known.at(-1), prefix) + 1);
      const key = `${prefix}${String(next).padStart(SEQUENCE_DIGITS, '0')}-${attempt}`;
      known.push(key);
      await store.put(key, bytes);
      for (const old of known.splice(0, known.length - KEPT)) await store.delete(old);
      return key;
    },
    newest: async () => {
      const keys = await list();
      known = [...keys];
      hasOthers ||= keys.length > 0;
      // Another attempt may remove an old one between the listing and the read, never the newest.
      for (const key of [...keys].reverse()) {
        const bytes = await read(store, key);
        if (bytes !== null) return bytes;
      }
      return null;
    },
    filed: () => {
      hasOthers = true;
    },
    clear: async () => {
      const keys = hasOthers ? await listAll() : (known ?? []);
      for (const key of keys) await store.delete(key);
      known = [];
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
