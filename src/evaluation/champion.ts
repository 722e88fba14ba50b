import type { ArtifactRef } from '../contracts/artifact.js';
import type { ModelVersion } from '../contracts/model.js';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { ModelMeta, TrainResult } from '../contracts/stages/train.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import { createRegistry } from '../registry/create-registry.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import { canonicalJson } from '../store/json/canonical-json.js';

/** The version behind the alias `champion`, or null when there is none yet. */
export async function findChampion(artifacts: ArtifactStore, model: string): Promise<ModelVersion | null> {
  const registry = createRegistry(artifacts.objects);
  const alias = await registry.alias(model, 'champion');
  return alias === null ? null : registry.version(model, alias.record.version);
}

/** What is scored for the champion. */
export interface StandIn {
  readonly artifact: ArtifactRef<'model'>;
  /** What a reader of the verdict must know: the champion was scored by another model, or it may have seen the test rows. */
  readonly notes: readonly string[];
  /** It was fitted on rows of the time of the test rows: an unfair lead, so that to lose to it proves nothing. */
  readonly mayHaveSeenTestRows: boolean;
}

/**
 * The champion's model; or, when that one was refitted on rows that are test rows here, the one that was evaluated in its place and had not
 * seen so many. ARTIFACT_NOT_FOUND.
 */
export async function standInOf(champion: ModelVersion, features: FeatureResult, artifacts: ArtifactStore): Promise<StandIn> {
  const name = `champion version ${champion.version}`;
  const meta = champion.artifact.meta as unknown as ModelMeta;
  const { refitOf } = meta;
  if (!mayHaveSeen(meta, features)) return { artifact: champion.artifact, notes: [], mayHaveSeenTestRows: false };
  if (refitOf === undefined)
    return { artifact: champion.artifact, notes: [leadOf(name, meta, features)], mayHaveSeenTestRows: true };
  const twin = (await artifacts.find('model', refitOf)) as TrainResult;
  const note = `${name} was refitted on rows up to ${meta.testFrom}: its twin before the refit, model/${twin.id}, was scored in its place`;
  if (!mayHaveSeen(twin.meta, features)) return { artifact: twin, notes: [note], mayHaveSeenTestRows: false };
  return { artifact: twin, notes: [note, leadOf('the twin', twin.meta, features)], mayHaveSeenTestRows: true };
}

/**
 * A model is fitted on [trainFrom, testFrom), or on [trainFrom, trainTo] when its split shared a time range; the same split
 * then still keeps its rows and the test rows apart.
 */
function mayHaveSeen({ trainFrom, testFrom, interleaved }: ModelMeta, { meta }: FeatureResult): boolean {
  if (Date.parse(trainFrom) > Date.parse(meta.testTo)) return false;
  if (interleaved === undefined) return Date.parse(testFrom) > Date.parse(meta.testFrom);
  if (canonicalJson(interleaved.split) === canonicalJson(meta.interleaved?.split ?? null)) return false;
  return Date.parse(interleaved.trainTo) >= Date.parse(meta.testFrom);
}

function leadOf(name: string, { testFrom, interleaved }: ModelMeta, { meta }: FeatureResult): string {
  const fitted = `${name} was fitted on rows up to ${interleaved?.trainTo ?? testFrom}, the test rows begin at ${meta.testFrom}`;
  const isByTime = interleaved === undefined && meta.interleaved === undefined;
  return `${fitted}${isByTime ? '' : ' and were split in another way'}: it may have seen them, which gives it a lead`;
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
