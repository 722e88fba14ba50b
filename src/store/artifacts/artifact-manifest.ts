import type { ArtifactFile, ArtifactKind, ArtifactManifest } from '../../contracts/artifact.js';
import { parseRecord } from '../json/json-record.js';
import { isPlainObject } from '../../contracts/json.js';
import { corrupt } from '../json/parse-json.js';
import { problemOfName } from '../path-inside.js';

const SHA256 = /^[0-9a-f]{64}$/;
const MEMBERS = ['formatVersion', 'kind', 'files', 'meta', 'inputs'] as const;

/** A manifest whose names and hashes are what they must be to become paths and keys. STORE_RECORD_CORRUPT. */
export function parseManifest(bytes: Uint8Array, key: string, kind: ArtifactKind): ArtifactManifest {
  const manifest = parseRecord<ArtifactManifest>(bytes, key, MEMBERS);
  if (manifest.kind !== kind) throw corrupt(key, `it is of the kind ${JSON.stringify(manifest.kind)}`);
  const { files, inputs, meta } = manifest as { readonly [name in 'files' | 'inputs' | 'meta']: unknown };
  if (!Array.isArray(files) || !Array.isArray(inputs)) throw corrupt(key, 'files and inputs are not lists');
  if (!isPlainObject(meta)) throw corrupt(key, 'meta is not an object');
  const bad = files.findIndex((file: unknown) => !isFile(file));
  if (bad >= 0) throw corrupt(key, `entry ${bad} of its files has no proper name, hash or size`);
  if (!inputs.every(isIdentity)) throw corrupt(key, 'an input has no kind and id');
  return manifest;
}

function isFile(value: unknown): value is ArtifactFile {
  if (typeof value !== 'object' || value === null) return false;
  const { name, sha256, bytes } = value as { readonly [name in keyof ArtifactFile]?: unknown };
  if (typeof name !== 'string' || typeof sha256 !== 'string' || typeof bytes !== 'number') return false;
  return problemOfName(name) === null && SHA256.test(sha256) && Number.isSafeInteger(bytes) && bytes >= 0;
}

function isIdentity(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) return false;
  return typeof value.kind === 'string' && typeof value.id === 'string';
}
