import type { ArtifactRef } from '../../contracts/artifact.js';
import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { isReference } from './find-references.js';
import { jsonBytes } from './stored-values.js';

/** Most bytes of JSON in the `meta` of one reference: enough for a data set of some dozen columns with the most parts. */
const MOST_META_BYTES = 10 * 1024;

/**
 * A result in which no reference grows with its artifact: where `meta` is long, as a schema of hundreds of columns is, its longest fields are
 * left out and named in `leftOut`. They are in the manifest of the artifact.
 */
export function shortReferences(value: JsonValue): JsonValue {
  return withReferences(value, (ref) => (ref.leftOut === undefined ? shortReference(ref) : ref));
}

/** As `shortReferences`, of one. */
export function shortReference(ref: ArtifactRef): ArtifactRef {
  let bytes = jsonBytes(ref.meta);
  if (bytes <= MOST_META_BYTES) return ref;
  const kept: { [name: string]: JsonValue } = { ...ref.meta };
  const leftOut: string[] = [];
  const sizes = Object.entries(ref.meta).map(([name, member]) => ({ name, size: jsonBytes(member) }));
  for (const { name, size } of sizes.sort((one, other) => other.size - one.size)) {
    if (bytes <= MOST_META_BYTES) break;
    Reflect.deleteProperty(kept, name);
    leftOut.push(name);
    bytes -= size;
  }
  return { ...ref, meta: kept, leftOut: leftOut.sort() };
}

/** The value with what was left out of its references in place again. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
export async function wholeReferences<T extends JsonValue>(artifacts: ArtifactStore, value: T): Promise<T> {
  const short = new Map<string, ArtifactRef>();
  withReferences(value, (ref) => {
    if (ref.leftOut !== undefined) short.set(`${ref.kind}/${ref.id}`, ref);
    return ref;
  });
  if (short.size === 0) return value;
  const metas = new Map<string, JsonObject>();
  for (const [name, ref] of short) metas.set(name, (await artifacts.manifest(ref)).meta);
  return withReferences(value, ({ leftOut, ...ref }) => {
    const meta = leftOut === undefined ? undefined : metas.get(`${ref.kind}/${ref.id}`);
    return meta === undefined ? ref : { ...ref, meta };
  }) as T;
}

/** The value itself when no reference is changed. */
function withReferences(value: JsonValue, change: (ref: ArtifactRef) => ArtifactRef): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isReference(value)) return change(value);
  if (isList(value)) {
    const changed = value.map((member) => withReferences(member, change));
    return changed.every((member, index) => member === value[index]) ? value : changed;
  }
  const entries = Object.entries(value);
  const changed = entries.map(([name, member]) => [name, withReferences(member, change)] as const);
  return changed.every(([, member], index) => member === entries[index]?.[1]) ? value : Object.fromEntries(changed);
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
