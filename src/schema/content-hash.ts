import type { JsonValue } from '../contracts/json.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { sha256Hex } from '../store/hash.js';

/** SHA-256, hex, of the canonical JSON of a value, so that the order of keys does not count. */
export function contentHash(value: JsonValue): string {
  return sha256Hex(canonicalJson(value));
}
