import type { FeatureResult } from '../contracts/stages/feature.js';
import type { TrainConfig, TrainerSpec, TrainResult } from '../contracts/stages/train.js';
import { featureOnAllRows } from '../features/feature.js';
import type { StepContext } from '../pipeline/step-context.js';
import { parseRecord } from '../store/json/json-record.js';
import type { LiveRate } from './gbdt/fit.js';
import { fitModel } from './train.js';

/** What `trainer.json` of a model says of how it was fitted. */
type Fitted = { readonly trainer: TrainerSpec; readonly seed: number; readonly learningRates?: readonly LiveRate[] };

/**
 * Fits a model anew on all rows of its feature set, those of the test too: the same transforms, hyperparameters and seed, and as many trees as
 * it has in the end, so that nothing is held out for early stopping. Deterministic. Null when its learning rate was changed by hand
 * while it was fitted, for that cannot be repeated. Errors as those of `feature` and `train`; STORE_RECORD_CORRUPT.
 */
export async function refit(
  twin: TrainResult,
  features: FeatureResult,
  { threads }: Pick<TrainConfig, 'threads'>,
  context: StepContext,
): Promise<TrainResult | null> {
  const bytes = await context.artifacts.readFile(twin, 'trainer.json');
  const kept = parseRecord<Fitted>(bytes, `model/${twin.id}/trainer.json`, ['trainer', 'seed']);
  if (kept.learningRates !== undefined) return null;
  const trainer = { ...kept.trainer, trees: twin.meta.trees, earlyStopping: 0 };
  const all = await featureOnAllRows(features, context);
  const config = { trainer, seed: kept.seed, ...(threads === undefined ? {} : { threads }) };
  return fitModel(all, config, context, twin.id);
}
