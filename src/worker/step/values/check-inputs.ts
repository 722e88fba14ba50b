import type { JsonObject } from '../../../contracts/json.js';
import { PipelineError } from '../../../errors/pipeline-error.js';
import type { ArtifactStore } from '../../../store/artifacts/artifact-store.js';
import { findReferences } from '../../../store/values/find-references.js';

/** @throws PipelineError `ARTIFACT_NOT_FOUND` naming every reference inside `inputs` that the store does not have. */
export async function checkInputs(inputs: JsonObject, artifacts: ArtifactStore, where: string): Promise<void> {
  const references = findReferences(inputs, 'inputs');
  if (references.length === 0) return;
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
