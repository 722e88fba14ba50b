import { createHash } from 'node:crypto';
import type { JsonValue } from '../contracts/json.js';

/** SHA-256, hex, of the canonical JSON of a value: object keys sorted by code unit, no white space, so key order does not count. */
export function contentHash(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_key, part: JsonValue): JsonValue => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
