import type { ArtifactRef } from '../contracts/artifact.js';
import type { CacheEntry, RunRef } from '../contracts/store/cache.js';
import type { StepOutcome } from '../contracts/run.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { objectKey } from '../store/artifacts/artifact-keys.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import { findReferences } from '../store/values/find-references.js';
import { takeHold } from '../store/claims/holds.js';
import { getIfThere, parseRecord, recordBytes } from '../store/json/json-record.js';
import type { ObjectStore } from '../store/port.js';

/** Codes of a failed read of an artifact that make a kept result unusable. */
const USELESS: ReadonlySet<string> = new Set([
  'ARTIFACT_NOT_FOUND',
  'ARTIFACT_CORRUPT',
  'STORE_RECORD_CORRUPT',
  'STORE_OBJECT_TOO_LARGE',
  'STORE_KEY_INVALID',
]);

export const entryKey = (key: string): string => `cache/${key}.json`;

/** An entry that may be used, or why there is none; `reason` null: there is simply no entry. */
export type Found = { readonly entry: CacheEntry } | { readonly entry: null; readonly reason: string | null };

/** Looks up an entry and checks that it is usable: readable, young enough, with all its artifacts and their files in the store. */
export async function findEntry(
  artifacts: ArtifactStore,
  key: string,
  { expiresMs, now = Date.now() }: { readonly expiresMs: number | null; readonly now?: number },
): Promise<Found> {
  const stored = await getIfThere(artifacts.objects, entryKey(key));
  if (stored === null) return { entry: null, reason: null };
  const entry = parse(stored.bytes, key);
  if (entry === null) return { entry: null, reason: 'the kept result could not be read' };
  if (expiresMs !== null && now - Date.parse(entry.createdAt) > expiresMs) return { entry: null, reason: 'expired' };
  const gone = await goneArtifacts(artifacts, entry);
  return gone.length === 0 ? { entry } : { entry: null, reason: `artifact gone: ${gone.join(', ')}` };
}

export function entryOf(task: { readonly run: RunRef; readonly step: string }, key: string, outcome: StepOutcome): CacheEntry {
  const { workflowId, runId } = task.run;
  return {
    formatVersion: 1,
    key,
    outcome: { ...outcome, cached: false },
    by: { workflowId, runId },
    step: task.step,
    createdAt: new Date().toISOString(),
  };
}

/** The last use of an entry is recorded at most this often. */
const REMEMBER_USE_MS = 12 * 3_600_000;

/**
 * Protects the artifacts of an entry before a run relies on them: garbage collection may be about to remove an entry that was not used for long.
 * False when they are gone.
 */
export async function secureEntry(artifacts: ArtifactStore, entry: CacheEntry, now = Date.now()): Promise<boolean> {
  if (now - Date.parse(entry.usedAt ?? entry.createdAt) < REMEMBER_USE_MS) return true;
  await takeHold(artifacts.objects, [...new Set(referencesOf(entry).map(({ id }) => id))]);
  if ((await goneArtifacts(artifacts, entry)).length > 0) return false;
  await keepEntry(artifacts.objects, { ...entry, usedAt: new Date(now).toISOString() });
  return true;
}

const referencesOf = ({ outcome }: CacheEntry): readonly ArtifactRef[] =>
  findReferences(outcome.result, 'result').map(({ ref }) => ref);

/** Replaces an earlier entry: two results of the same key are equal. */
export async function keepEntry(objects: ObjectStore, entry: CacheEntry): Promise<void> {
  await objects.put(entryKey(entry.key), recordBytes(entry));
}

/** Null for bytes that are no entry of this key. */
function parse(bytes: Uint8Array, key: string): CacheEntry | null {
  try {
    const entry = parseRecord<CacheEntry>(bytes, entryKey(key), ['formatVersion', 'key', 'outcome', 'by', 'createdAt']);
    const whole = entry.key === key && Number.isFinite(Date.parse(entry.createdAt)) && typeof entry.outcome === 'object';
    return whole ? entry : null;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'STORE_RECORD_CORRUPT') return null;
    throw error;
  }
}

async function goneArtifacts(artifacts: ArtifactStore, entry: CacheEntry): Promise<string[]> {
  const distinct = [...new Map(referencesOf(entry).map((ref) => [`${ref.kind}/${ref.id}`, ref])).values()];
  const present = await Promise.all(distinct.map((ref) => isWhole(artifacts, ref)));
  return distinct.filter((_, index) => present[index] === false).map(({ kind, id }) => `${kind}/${id}`);
}

async function isWhole(artifacts: ArtifactStore, ref: Parameters<ArtifactStore['manifest']>[0]): Promise<boolean> {
  try {
    const { files } = await artifacts.manifest(ref);
    const heads = await Promise.all(files.map((file) => artifacts.objects.head(objectKey(file.sha256))));
    return heads.every((head) => head !== null);
  } catch (error) {
    if (isPipelineError(error) && USELESS.has(error.code)) return false;
    throw error;
  }
}
