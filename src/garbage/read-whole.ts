import { isPipelineError } from '../errors/pipeline-error.js';
import { getIfThere, parseRecord } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';

const UNREADABLE: ReadonlySet<string> = new Set(['STORE_RECORD_CORRUPT', 'STORE_OBJECT_TOO_LARGE']);

/** A record, or null when it is missing or unreadable: garbage collection then keeps what it may name. */
export async function readWhole<Shape extends object>(
  objects: ObjectStore,
  key: string,
  members: readonly (keyof Shape & string)[],
): Promise<Shape | null> {
  try {
    const stored = await getIfThere(objects, key);
    return stored === null ? null : parseRecord<Shape>(stored.bytes, key, members);
  } catch (error) {
    if (isPipelineError(error) && UNREADABLE.has(error.code)) return null;
    throw error;
  }
}
