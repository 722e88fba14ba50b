import type { ArtifactRef } from '../contracts/artifact.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ArtifactStore } from '../store/artifact-store.js';

/** @throws PipelineError `ARTIFACT_NOT_FOUND` naming every reference inside `inputs` that the store does not have. */
export async function checkInputs(inputs: JsonObject, artifacts: ArtifactStore, where: string): Promise<void> {
  const references: { readonly path: string; readonly ref: ArtifactRef }[] = [];
  collectReferences(inputs, 'inputs', references);
  const present = await Promise.all(references.map(({ ref }) => artifacts.exists(ref)));
  const missing = references
    .filter((_, index) => present[index] === false)
    .map(({ path, ref }) => `${path} = ${ref.kind}/${ref.id}`);
  if (missing.length === 0) return;
  throw new PipelineError('ARTIFACT_NOT_FOUND', {
    what: `the store lacks artifacts that the step needs: ${missing.join(', ')}`,
    where: `${where}, store ${artifacts.objects.uri}`,
    details: { missing },
  });
}

function collectReferences(value: JsonValue, path: string, found: { path: string; ref: ArtifactRef }[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (isReference(value)) found.push({ path, ref: value });
  else for (const [key, member] of Object.entries(value)) collectReferences(member, `${path}.${key}`, found);
}

function isReference(value: object): value is ArtifactRef {
  return (
    ['kind', 'id', 'sha256', 'uri'].every((name) => typeof (value as { [key: string]: unknown })[name] === 'string') &&
    'meta' in value
  );
}
