import type { ArtifactRef } from '../artifact.js';
import { type JsonObject, type JsonValue, isPlainObject } from '../json.js';

/** The one field of a `StoredValue` that tells it from other objects; no result of a step may have it. */
export const STORED_FIELD = '$stored';

/**
 * Stands, wherever a run carries JSON, for a value that lies in the object store instead. The wrapper of a step puts the value in its place,
 * so that code of steps never meets one.
 */
export type StoredValue = {
  readonly $stored: ArtifactRef<'value'>;
  /** The part of what is stored; absent: all of it. */
  readonly path?: readonly string[];
  /** A part that is not there counts as null; absent: it is an error. */
  readonly optional?: true;
};

export function isStored(value: JsonValue | undefined): value is StoredValue {
  return isPlainObject(value) && STORED_FIELD in value;
}

/** Whether anything inside a value lies in the store. */
export function holdsStored(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isStored(value) || Object.values(value as JsonObject).some(holdsStored);
}

/** A part of what lies in the store. */
export function storedPart(value: StoredValue, field: string): StoredValue {
  return { ...value, path: [...(value.path ?? []), field] };
}
