import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { canonicalJson } from './canonical-json.js';
import { describe } from './file-errors.js';
import type { ObjectStore, StoredObject } from './port.js';

/** The bytes of a JSON record: canonical, with a closing newline. */
export function recordBytes(value: unknown): Buffer {
  return Buffer.from(`${canonicalJson(value)}\n`);
}

/**
 * Reads a record as `Shape`, checking that it is an object with the named members; trusts their types, as only we write there.
 * @throws PipelineError `STORE_RECORD_CORRUPT`
 */
export function parseRecord<Shape extends object>(
  bytes: Uint8Array,
  key: string,
  members: readonly (keyof Shape & string)[],
): Shape {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw corrupt(key, `it is not JSON (${describe(error)})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(key, 'it is not a JSON object');
  const missing = members.filter((member) => !(member in value));
  if (missing.length > 0) throw corrupt(key, `it lacks ${missing.join(', ')}`);
  return value as Shape;
}

/** The object, or null when there is none. */
export async function getIfThere(objects: ObjectStore, key: string): Promise<StoredObject | null> {
  try {
    return await objects.get(key);
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

function corrupt(key: string, why: string): PipelineError {
  return new PipelineError('STORE_RECORD_CORRUPT', { what: `the record "${key}" cannot be used: ${why}`, details: { key } });
}
