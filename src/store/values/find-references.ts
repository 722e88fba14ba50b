import type { ArtifactRef } from '../../contracts/artifact.js';
import type { JsonValue } from '../../contracts/json.js';

/** Every artifact reference inside a value, with the path to it below `path`. Those inside the `meta` of another are its own business. */
export function findReferences(value: JsonValue, path: string): { readonly path: string; readonly ref: ArtifactRef }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isReference(value)) return [{ path, ref: value }];
  return Object.entries(value).flatMap(([key, member]) => findReferences(member, `${path}.${key}`));
}

export function isReference(value: object): value is ArtifactRef {
  return (
    ['kind', 'id', 'sha256', 'uri'].every((name) => typeof (value as { [key: string]: unknown })[name] === 'string') &&
    'meta' in value
  );
}
