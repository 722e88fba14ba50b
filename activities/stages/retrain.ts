import { continuousTrainingId } from '../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig, RetrainOperations } from '../../src/contracts/stages/retrain.js';
import type { JsonObject } from '../../src/contracts/json.js';
import type { OperationCode } from '../../src/pipeline/step-context.js';
import { projectOf } from '../../src/store/project.js';

type Code = OperationCode<RetrainConfig, JsonObject, RetrainOperations>;

/**
 * Sends the retraining policy to the model's continuous-training entity, which it starts when needed, and keeps one schedule per cron trigger.
 * MONITOR_OWNED_ELSEWHERE when another pipeline or project retrains a model of that name. A run without Temporal has no entity: the step logs
 * that and succeeds.
 */
const retrain: Code['retrain'] = async ({ config }, context) => {
  const entity = continuousTrainingId(config.model);
  const { temporal } = context;
  if (temporal === null) {
    context.log.warn('no Temporal server in this run: nobody watches the model', { model: config.model });
    return { entity, model: config.model };
  }
  const owner = { pipeline: context.run.pipeline, project: await projectOf(context.artifacts.objects) };
  await temporal.setTrainingPolicy(config.model, { ...config, owner });
  const crons = config.on.filter((trigger) => trigger.on === 'cron');
  for (const [index, { expression, timezone }] of crons.entries()) {
    await temporal.ensureSchedule({
      id: `perennial/retrain/${config.model}/${index}`,
      every: { cron: expression, timezone },
      workflowType: 'retrainTick',
      input: { model: config.model },
      owner,
    });
  }
  return { entity, model: config.model };
};

/** Operations of the retrain stage by name. */
export const retrainOperations: Code = { retrain };
