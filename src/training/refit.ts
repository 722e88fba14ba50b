import type { FeatureResult } from '../contracts/stages/feature.js';
import type { JsonObject } from '../contracts/json.js';
import type { TrainConfig, TrainerSpec, TrainResult } from '../contracts/stages/train.js';
import { featureOnAllRows } from '../features/feature.js';
import type { StepContext } from '../pipeline/step-context.js';
import { parseRecord } from '../store/json/json-record.js';
import { TRAINERS } from './trainers.js';
import { fitModel } from './train.js';

/** What `trainer.json` of a model says of how it was fitted. */
type Fitted = JsonObject & { readonly trainer: TrainerSpec; readonly seed: number };

/**
 * Fits a model again on all rows of its feature set, including the test rows: the same transforms and seed, and the settings
 * that its trainer names for it. Deterministic. Null when the trainer says that the fit cannot be repeated. Errors as those of `feature` and `train`; STORE_RECORD_CORRUPT.
 */
export async function refit(
  twin: TrainResult,
  features: FeatureResult,
  { threads }: Pick<TrainConfig, 'threads'>,
  context: StepContext,
): Promise<TrainResult | null> {
  const bytes = await context.artifacts.readFile(twin, 'trainer.json');
  const kept = parseRecord<Fitted>(bytes, `model/${twin.id}/trainer.json`, ['trainer', 'seed']);
  const { trainer: name, ...settings } = kept.trainer;
  const { refit: settingsOf = (same: JsonObject): JsonObject => same } = TRAINERS.named(name);
  const { trees } = twin.meta;
  const again = settingsOf(settings, { record: kept, ...(trees === undefined ? {} : { trees }) });
  if (again === null) return null;
  const trainer: TrainerSpec = { ...again, trainer: name };
  const all = await featureOnAllRows(features, context);
  const config = { trainer, seed: kept.seed, ...(threads === undefined ? {} : { threads }) };
  return fitModel(all, config, context, twin.id);
}
