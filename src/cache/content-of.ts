import type { JsonObject, JsonValue } from '../contracts/json.js';
import { canonicalJson } from '../store/json/canonical-json.js';
import { isReference } from '../store/values/find-references.js';
import { sha256Hex } from '../store/hash.js';

/** A value with each artifact reference replaced by the artifact's content address: where the artifact lies does not count. */
export function contentOf(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(contentOf);
  if (isReference(value)) return { artifact: `${value.kind}/${value.sha256}` };
  return Object.fromEntries(Object.entries(value as JsonObject).map(([name, member]) => [name, contentOf(member)]));
}

/** SHA-256, hex, of what a value says; the order of keys does not count. */
export const contentHashOf = (value: JsonValue): string => sha256Hex(canonicalJson(contentOf(value)));
