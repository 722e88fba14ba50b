import type { ArtifactRef } from '../contracts/artifact.js';
import type { ModelVersion } from '../contracts/model.js';
import type { FeatureResult, ModelMeta } from '../contracts/stages.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { createRegistry } from '../registry/create-registry.js';
import type { ArtifactStore } from '../store/artifact-store.js';

/** The version behind the alias `champion`, or null when there is none yet. */
export async function findChampion(artifacts: ArtifactStore, model: string): Promise<ModelVersion | null> {
  const registry = createRegistry(artifacts.objects);
  const alias = await registry.alias(model, 'champion');
  return alias === null ? null : registry.version(model, alias.record.version);
}

/**
 * The champion's model; or, when that one was refitted on rows that are test rows here, the one that was evaluated in its place and had not
 * seen so many: a model has an unfair lead on rows that it was fitted on. ARTIFACT_NOT_FOUND.
 */
export async function unseenModel(
  champion: ModelVersion,
  features: FeatureResult,
  artifacts: ArtifactStore,
): Promise<ArtifactRef<'model'>> {
  const { refitOf, testFrom } = champion.artifact.meta as unknown as ModelMeta;
  if (refitOf === undefined || Date.parse(testFrom) <= Date.parse(features.meta.testFrom)) return champion.artifact;
  return (await artifacts.find('model', refitOf)) as ArtifactRef<'model'>;
}

/** Runs `work` on the champion; whatever keeps it from being scored becomes EVALUATION_CHAMPION_UNREADABLE, so that nothing wins unopposed. */
export async function failClosed<Result>(
  champion: ModelVersion,
  features: FeatureResult,
  work: () => Promise<Result>,
): Promise<Result> {
  const meta = champion.artifact.meta as unknown as ModelMeta;
  const where = `version ${champion.version} of ${champion.model}`;
  const present = features.meta.schema.columns.map(({ name }) => name);
  const missing = meta.signature.inputs.map(({ name }) => name).filter((name) => !present.includes(name));
  if (missing.length > 0 || meta.task !== features.meta.task) {
    throw new PipelineError('EVALUATION_CHAMPION_UNREADABLE', {
      what:
        missing.length > 0
          ? `the feature set lacks columns that the champion takes: ${missing.join(', ')}`
          : 'the champion has another task',
      where,
      expected: missing.length > 0 ? missing.join(', ') : meta.task,
      received: missing.length > 0 ? present.join(', ') : features.meta.task,
      retryable: false,
    });
  }
  try {
    return await work();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    throw new PipelineError('EVALUATION_CHAMPION_UNREADABLE', {
      what: `the champion cannot be scored: ${error.code}: ${error.message}`,
      where,
      retryable: error.retryable,
      cause: error,
    });
  }
}
