import type { DeployConfig, DeployInputs } from '../src/contracts/stages/deploy.js';
import type { EvaluateResult } from '../src/contracts/stages/evaluate.js';
import type { JsonObject } from '../src/contracts/json.js';
import { evaluateAgain } from '../src/evaluation/evaluate-again.js';
import type { StageOperation } from '../src/pipeline/step-context.js';
import {
  judgeHealth,
  openCandidate,
  promoteVersion,
  registerVersion,
  shiftToCandidate,
  waitUntilReady,
  withdrawVersion,
} from '../src/rollout/rollout-steps.js';
import { announceAliases } from '../src/triggers/announce.js';

type Operation<Arguments, Result> = StageOperation<DeployConfig, DeployInputs, Result, Arguments>;
type Result<Step extends (...inputs: never[]) => Promise<unknown>> = Awaited<ReturnType<Step>>;
type Version = { readonly version: number };
/** Absent: the evaluation that the step was given. */
type ByEvaluation = { readonly evaluation?: EvaluateResult };
type AtRevision = Version & { readonly revision: number };

const register: Operation<JsonObject, Result<typeof registerVersion>> = ({ config, inputs }, context) =>
  registerVersion({ config, context }, inputs);
const open: Operation<Version & ByEvaluation, Result<typeof openCandidate>> = (
  { config, inputs, arguments: { version, evaluation = inputs.evaluation } },
  context,
) => openCandidate({ config, context }, { version, evaluation });
const waitReady: Operation<AtRevision, Result<typeof waitUntilReady>> = ({ config, arguments: input }, context) =>
  waitUntilReady({ config, context }, input);
const shift: Operation<Version & { readonly weight: number }, Result<typeof shiftToCandidate>> = (
  { config, arguments: input },
  context,
) => shiftToCandidate({ config, context }, input);
const health: Operation<Parameters<typeof judgeHealth>[1], Result<typeof judgeHealth>> = (
  { config, arguments: input },
  context,
) => judgeHealth({ config, context }, input);
const promote: Operation<Version & ByEvaluation, Result<typeof promoteVersion>> = (
  { config, inputs, arguments: { version, evaluation = inputs.evaluation } },
  context,
) => promoteVersion({ config, context }, { version, evaluation });
const rollback: Operation<Parameters<typeof withdrawVersion>[1], Result<typeof withdrawVersion>> = (
  { config, arguments: input },
  context,
) => withdrawVersion({ config, context }, input);
const reevaluate: Operation<JsonObject, EvaluateResult | null> = ({ inputs }, context) =>
  evaluateAgain(inputs.evaluation, context);

/** An operation that may move aliases of the model: those who run when they move are told afterwards. */
function announced<Arguments, Result>(operation: Operation<Arguments, Result>): Operation<Arguments, Result> {
  return async (task, context) => {
    const result = await operation(task, context);
    await announceAliases(context.artifacts.objects, context.temporal, task.config.model, context.run.workflowId);
    return result;
  };
}

/** Operations of the deploy stage by name. Each looks at what is there first, so that a retry after a crash moves nothing twice. */
export const deployOperations = {
  ...{ register, waitReady, shift, health, reevaluate },
  ...{ open: announced(open), promote: announced(promote), rollback: announced(rollback) },
};
