import { isJsonObject, type JsonObject, type JsonValue } from '../contracts/json.js';
import type { ModelVersion, RegistryLogEntry } from '../contracts/model.js';
import type { EvaluationMeta } from '../contracts/stages/evaluate.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { ArtifactStore } from '../store/artifacts/artifact-store.js';
import { parseJson } from '../store/json/parse-json.js';

/** What is known of a version beside its record: how it was made, how it was judged, and why it was turned down. */
export type VersionFacts = {
  /** As the trainer was set, and its seed; null when the model is of a kind, or an age, that does not say. */
  readonly hyperparameters: JsonObject | null;
  /** Null when the version was not evaluated, or the evaluation is gone. */
  readonly decision: EvaluationMeta['decision'] | null;
  readonly reasons: readonly string[];
  /** Of its newest rejection, withdrawal or roll-back in the log; null when there was none. */
  readonly turnedDown: { readonly action: RegistryLogEntry['action']; readonly at: string; readonly reason: string } | null;
};

const TURNED_DOWN: ReadonlySet<RegistryLogEntry['action']> = new Set(['reject', 'withdraw', 'rollback']);

/** @param log - of the model. ARTIFACT_CORRUPT when what the version was made with was altered. */
export async function versionFacts(
  artifacts: ArtifactStore,
  { version, artifact, evaluation }: ModelVersion,
  log: readonly RegistryLogEntry[],
): Promise<VersionFacts> {
  const [trainer, judged] = await Promise.all([
    ifThere(
      async () => parseJson(await artifacts.readFile(artifact, 'trainer.json'), `model/${artifact.id}/trainer.json`) as JsonValue,
    ),
    evaluation === null ? null : ifThere(async () => (await artifacts.manifest(evaluation)).meta as Partial<EvaluationMeta>),
  ]);
  const last = log.findLast((entry) => TURNED_DOWN.has(entry.action) && (entry.from ?? entry.version) === version);
  return {
    hyperparameters: hyperparametersIn(trainer),
    decision: judged?.decision ?? null,
    reasons: judged?.reasons ?? [],
    turnedDown: last === undefined ? null : { action: last.action, at: last.at, reason: last.reason },
  };
}

function hyperparametersIn(trainer: JsonValue): JsonObject | null {
  if (!isJsonObject(trainer)) return null;
  const { trainer: settings, seed } = trainer;
  if (!isJsonObject(settings)) return null;
  return { ...settings, ...(seed === undefined ? {} : { seed }) };
}

async function ifThere<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isPipelineError(error) && error.code === 'ARTIFACT_NOT_FOUND') return null;
    throw error;
  }
}
