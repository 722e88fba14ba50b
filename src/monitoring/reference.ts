import type { ArtifactRef } from '../contracts/artifact.js';
import type { ModelVersion } from '../contracts/model.js';
import type { ModelMeta } from '../contracts/stages/train.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { createRegistry } from '../registry/create-registry.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import type { Profile } from '../profiles/profile.js';
import { parseProfile } from '../profiles/profile-file.js';

/** What the windows of a model are compared with: its champion and the profile of the champion's evaluation. */
export interface Reference {
  readonly version: ModelVersion;
  readonly meta: ModelMeta;
  readonly evaluation: ArtifactRef<'evaluation'>;
  readonly profile: Profile;
}

/** Null when the model has no champion. MONITOR_REFERENCE_MISSING when the champion has no evaluation. */
export async function findReference(artifacts: ArtifactStore, model: string): Promise<Reference | null> {
  const registry = createRegistry(artifacts.objects);
  const champion = await registry.alias(model, 'champion');
  if (champion === null) return null;
  const version = await registry.version(model, champion.record.version);
  if (version.evaluation === null) {
    throw new PipelineError('MONITOR_REFERENCE_MISSING', { what: `version ${version.version} of ${model} has no evaluation` });
  }
  const bytes = await artifacts.readFile(version.evaluation, 'profile.json');
  const meta = version.artifact.meta as unknown as ModelMeta;
  return { version, meta, evaluation: version.evaluation, profile: parseProfile(bytes, `evaluation/${version.evaluation.id}`) };
}
