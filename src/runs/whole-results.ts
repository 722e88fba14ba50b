import type { RunManifest } from '../contracts/run/run-manifest.js';
import { createArtifactStore } from '../store/artifacts/create-artifact-store.js';
import type { ObjectStore } from '../store/port.js';
import { loadParts } from '../store/values/stored-values.js';

/** The manifest of a run with its references replaced by the values. ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT. */
export async function withWholeResults(objects: ObjectStore, manifest: RunManifest): Promise<RunManifest> {
  return { ...manifest, results: await loadParts(createArtifactStore(objects), manifest.results) };
}
