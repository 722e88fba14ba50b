import type { EvaluateConfig, EvaluateInputs, EvaluateOperations } from '../../src/contracts/stages/evaluate.js';
import { bless } from '../../src/evaluation/bless.js';
import { checkRefit } from '../../src/evaluation/check-refit.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { publishRefit } from '../../src/evaluation/publish-refit.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { refit as refitModel } from '../../src/training/refit.js';

type Code = OperationCode<EvaluateConfig, EvaluateInputs, EvaluateOperations>;

/**
 * Fits the blessed model again on all rows. The refit takes the place of its twin, the model that was evaluated, when it passes its own infra check
 * and scores at least as well. Otherwise the twin is kept, and the reasons say why.
 */
const refit: Code['refit'] = async (task, context) => {
  const { config, inputs } = task;
  const { evaluation } = task.arguments;
  const model = await refitModel(inputs.model, inputs.features, config.refit ?? {}, context);
  const problems =
    model === null ? ['its learning rate was changed by hand'] : await problemsOf({ ...task, inputs: { ...inputs, model } });
  if (model === null || problems.length > 0) {
    context.log.warn('the model is not refitted on all rows', { problems });
    return { ...evaluation, reasons: [...evaluation.reasons, `not refitted on all rows: ${problems.join('; ')}`] };
  }
  const { trainRows, testTo } = model.meta;
  const reason = `refitted on ${trainRows} rows up to ${testTo.slice(0, 10)}, those of the test too`;
  return publishRefit(context.artifacts, evaluation, model, reason);

  async function problemsOf(refitted: Parameters<typeof bless>[0]): Promise<readonly string[]> {
    const { blessed, problems: infra } = await bless(refitted, context);
    if (!blessed) return infra.map((problem) => `infra check: ${problem}`);
    return checkRefit(refitted.inputs.model, inputs.model, inputs.features, { config, evaluation }, context);
  }
};

/** Operations of the evaluate stage by name: the infra check, then metrics and gate, then the refit of what was blessed. */
export const evaluateOperations: Code = { bless, evaluate, refit };
