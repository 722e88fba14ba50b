import { isPipelineError } from '../../errors/pipeline-error.js';
import { isPlainObject } from '../../contracts/json.js';
import { canonicalJson } from './canonical-json.js';
import { corrupt, MOST_RECORD_BYTES, parseJson } from './parse-json.js';
import type { ObjectStore, StoredObject } from '../port.js';

/** The bytes of a JSON record: canonical, with a closing newline. */
export function recordBytes(value: unknown): Buffer {
  return Buffer.from(`${canonicalJson(value)}\n`);
}

/**
 * Reads a record as `Shape`, checking that it is an object with the named members. Their types are trusted where a wrong one harms nobody: what
 * becomes a key or a path is checked again where it does.
 * @throws PipelineError `STORE_RECORD_CORRUPT`
 */
export function parseRecord<Shape extends object>(
  bytes: Uint8Array,
  key: string,
  members: readonly (keyof Shape & string)[],
): Shape {
  const value = parseJson(bytes, key);
  if (!isPlainObject(value)) throw corrupt(key, 'it is not a JSON object');
  const missing = members.filter((member) => !(member in value));
  if (missing.length > 0) throw corrupt(key, `it lacks ${missing.join(', ')}`);
  return value as Shape;
}

/** The object, or null when there is none. STORE_OBJECT_TOO_LARGE above `maxBytes`, by default the most that a record may have. */
export async function getIfThere(objects: ObjectStore, key: string, maxBytes = MOST_RECORD_BYTES): Promise<StoredObject | null> {
  try {
    return await objects.get(key, { maxBytes });
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
}

/** True when the object was created, false when it was there already. */
export async function putIfFree(objects: ObjectStore, key: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await objects.putIfAbsent(key, bytes);
    return true;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_CONFLICT') return false;
    throw error;
  }
}
