import type { DeployConfig, DeployInputs, DeployOperations } from '../../src/contracts/stages/deploy.js';
import { evaluateAgain } from '../../src/evaluation/evaluate-again.js';
import type { OperationCode, StageOperation } from '../../src/pipeline/step-context.js';
import { judgeHealth, waitUntilReady } from '../../src/rollout/watch-candidate.js';
import { openCandidate } from '../../src/rollout/open-candidate.js';
import { promoteVersion, registerVersion, shiftToCandidate, withdrawVersion } from '../../src/rollout/rollout-steps.js';
import { announceAliases } from '../../src/triggers/announce.js';

type Code = OperationCode<DeployConfig, DeployInputs, DeployOperations>;

const register: Code['register'] = ({ config, inputs }, context) => registerVersion({ config, context }, inputs);
const open: Code['open'] = ({ config, inputs, arguments: { version, evaluation = inputs.evaluation } }, context) =>
  openCandidate({ config, context }, { version, evaluation });
const waitReady: Code['waitReady'] = ({ config, arguments: input }, context) => waitUntilReady({ config, context }, input);
const shift: Code['shift'] = ({ config, arguments: input }, context) => shiftToCandidate({ config, context }, input);
const health: Code['health'] = ({ config, arguments: input }, context) => judgeHealth({ config, context }, input);
const promote: Code['promote'] = ({ config, inputs, arguments: { version, evaluation = inputs.evaluation } }, context) =>
  promoteVersion({ config, context }, { version, evaluation });
const rollback: Code['rollback'] = ({ config, arguments: input }, context) => withdrawVersion({ config, context }, input);
const reevaluate: Code['reevaluate'] = ({ inputs }, context) => evaluateAgain(inputs.evaluation, context);

/** An operation that may move aliases of the model. Pipelines that follow the aliases are told afterwards. */
function announced<Arguments, Result>(
  operation: StageOperation<DeployConfig, DeployInputs, Result, Arguments>,
): StageOperation<DeployConfig, DeployInputs, Result, Arguments> {
  return async (task, context) => {
    const result = await operation(task, context);
    await announceAliases(context.artifacts.objects, context.temporal, task.config.model, context.run.workflowId);
    return result;
  };
}

/** Operations of the deploy stage by name. Each reads the current state first, so that a retry after a crash moves nothing twice. */
export const deployOperations: Code = {
  register,
  waitReady,
  shift,
  health,
  reevaluate,
  open: announced(open),
  promote: announced(promote),
  rollback: announced(rollback),
};
