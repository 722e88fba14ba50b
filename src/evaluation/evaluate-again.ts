import type { EvaluateConfig, EvaluateResult } from '../contracts/stages/evaluate.js';
import type { FeatureResult } from '../contracts/stages/feature.js';
import type { TrainResult } from '../contracts/stages/train.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import type { StepContext } from '../pipeline/step-context.js';
import { parseRecord } from '../store/json/json-record.js';
import type { Blessing } from '../contracts/stages/evaluate.js';
import { evaluate } from './evaluate.js';

type Kept = { readonly config: EvaluateConfig; readonly blessing: Blessing };

/**
 * Makes an evaluation once more, with the configuration and infra check that it keeps, on the same feature set, against the champion of now.
 * Null when what it was made from is gone. Errors as those of `evaluate`.
 */
export async function evaluateAgain(
  { evaluation, model }: Pick<EvaluateResult, 'evaluation' | 'model'>,
  context: StepContext,
): Promise<EvaluateResult | null> {
  const found = await findInputs(evaluation, model, context);
  if (found === null) return null;
  const { config, blessing, features, judged } = found;
  return evaluate({ config, inputs: { model: judged, features }, arguments: { blessing } }, context);
}

async function findInputs(
  evaluation: EvaluateResult['evaluation'],
  model: TrainResult,
  { artifacts }: StepContext,
): Promise<(Kept & { readonly features: FeatureResult; readonly judged: TrainResult }) | null> {
  try {
    const { inputs } = await artifacts.manifest(evaluation);
    const features = inputs.find(({ kind }) => kind === 'feature-set');
    if (features === undefined) return null;
    const bytes = await artifacts.readFile(evaluation, 'evaluation.json');
    const kept = parseRecord<Kept>(bytes, `evaluation/${evaluation.id}/evaluation.json`, ['config', 'blessing']);
    // A refit was fitted on the test rows: the model that it stands in for is judged again.
    const { refitOf } = model.meta;
    const judged = refitOf === undefined ? model : ((await artifacts.find('model', refitOf)) as TrainResult);
    return { ...kept, judged, features: (await artifacts.find('feature-set', features.id)) as FeatureResult };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'ARTIFACT_NOT_FOUND') return null;
    throw error;
  }
}
