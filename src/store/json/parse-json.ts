import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { isDeeperThan } from './json-depth.js';

/** Most bytes of a JSON record in the store. The manifest of a run with tens of thousands of steps is a tenth of it. */
export const MOST_RECORD_BYTES = 64 << 20;
/** Lists and objects inside each other. Code that walks a record takes a call for each. */
const DEEPEST_RECORD = 200;

/**
 * The one way in for JSON that lies in the store: what is written there by others costs no more than its bounds, and is known to be JSON. Its shape is
 * the caller's to check, or `parseRecord`'s.
 * @throws PipelineError `STORE_RECORD_CORRUPT`: not JSON, more than 64 MiB, or nested deeper than 200.
 */
export function parseJson(bytes: Uint8Array, key: string): unknown {
  if (bytes.byteLength > MOST_RECORD_BYTES)
    throw corrupt(key, `it has ${bytes.byteLength} bytes, and ${MOST_RECORD_BYTES} are allowed`);
  if (isDeeperThan(bytes, DEEPEST_RECORD)) throw corrupt(key, `it is nested deeper than ${DEEPEST_RECORD}`);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw corrupt(key, `it is not JSON (${reasonOf(error)})`);
  }
}

export function corrupt(key: string, why: string): PipelineError {
  return new PipelineError('STORE_RECORD_CORRUPT', { what: `the record "${key}" cannot be used: ${why}`, details: { key } });
}
