import { executeChild, getExternalWorkflowHandle, isCancellation, workflowInfo } from '@temporalio/workflow';
import { continuousTrainingId } from '../../src/contracts/entities/continuous-training.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { PlanStep, StageKind } from '../../src/contracts/plan.js';
import type { ResolvedPlan, RunResult } from '../../src/contracts/run.js';
import type { ApprovalResult } from '../../src/contracts/stages/gate.js';
import type { SystemActivities } from '../../src/contracts/system.js';
import { PipelineError } from '../../src/errors/pipeline-error.js';
import { localActivities } from '../temporal/local-activities.js';
import { applicationFailure } from '../temporal/temporal-failure.js';
import type { CallBoard } from './call-board.js';
import { failureCode } from './failure-code.js';
import { runCall } from './run-call.js';
import type { CallOptions, ApprovalOptions, StageOptions, Stages, StepResults } from './stages.js';
import { callInputs, findStage, findStep } from './step-lookup.js';

export const { resolvePlan } = localActivities<SystemActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

type GivenInputs = { readonly [name: string]: JsonValue };

/** The calls of the steps of a plan. Whatever they throw is an ApplicationFailure with a code, or a cancellation. */
export function openStages<Steps extends StepResults>(resolved: ResolvedPlan, board: CallBoard): Stages<Steps> {
  const { plan, parameters } = resolved;
  const call = (find: () => PlanStep, given: GivenInputs = {}, { params }: CallOptions = {}): Promise<JsonValue> =>
    withCode(async () => {
      const step = find();
      const inputs = callInputs(step, given, board.results);
      const own = params === undefined ? parameters : await parametersWith(plan.pipeline, parameters, params);
      return runCall(board, { resolved, step, inputs, parameters: own });
    });
  // The inputs and the result of a stage have the types of its contract: the plan was checked when it was defined.
  const stage =
    <Result>(kind: StageKind) =>
    async (inputs?: object, options: StageOptions = {}): Promise<Result> =>
      (await call(() => findStage(plan, kind, options.step), inputs as GivenInputs | undefined, options)) as Result;
  return {
    plan,
    parameters,
    ingest: stage('ingest'),
    validate: stage('validate'),
    feature: stage('feature'),
    train: stage('train'),
    evaluate: stage('evaluate'),
    deploy: stage('deploy'),
    monitor: stage('monitor'),
    retrain: stage('retrain'),
    step: async <Id extends string & keyof Steps>(id: Id, inputs?: GivenInputs, options?: CallOptions) =>
      (await call(() => findStep(plan, id), inputs, options)) as Steps[Id],
    approval: async (id, options = {}) => (await call(() => gateStep(plan.steps, id, options))) as unknown as ApprovalResult,
    pipeline: (name, params = {}, options = {}) =>
      withCode(() => {
        const workflowId = options.workflowId ?? `${workflowInfo().workflowId}/${name}${board.nextInstance(`pipeline ${name}`)}`;
        return executeChild<(input: JsonObject) => Promise<RunResult>>(name, { workflowId, args: [params] });
      }),
    signalTraining: (model, signal) =>
      withCode(async () => {
        const handle = getExternalWorkflowHandle(continuousTrainingId(model));
        try {
          await handle.signal('trigger', signal);
        } catch (error) {
          if (isCancellation(error)) throw error;
          throw new PipelineError('EXECUTION_RUN_NOT_FOUND', {
            what: `the continuous training of model "${model}" did not take the signal: ${failureCode(error).message}`,
            cure: 'Run a pipeline with p.retrain for the model once: that starts it.',
            details: { model },
          });
        }
      }),
    status: () => board.status(),
  };
}

async function parametersWith(pipeline: string, parameters: JsonObject, changes: JsonObject): Promise<JsonObject> {
  const resolved = await resolvePlan({ pipeline, parameters: { ...parameters, ...changes } });
  return resolved.parameters;
}

/** The approval that the pipeline declares, else one for this question. */
function gateStep(steps: readonly PlanStep[], id: string, { message, expiresMs }: ApprovalOptions): PlanStep {
  const declared = steps.find((step) => step.id === id);
  const config = { ...(message === undefined ? {} : { message }), ...(expiresMs === undefined ? {} : { expiresMs }) };
  if (declared?.kind === 'gate') return { ...declared, config: { ...declared.config, ...config } };
  if (declared !== undefined || message === undefined) {
    throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
      what: declared === undefined ? `no approval "${id}" is declared` : `step "${id}" is a ${declared.kind}, no approval`,
      expected: `one of ${
        steps
          .filter(({ kind }) => kind === 'gate')
          .map((step) => step.id)
          .join(', ') || '(none)'
      }, or a new id with a message`,
      cure: 'Give a message to ask without a declared approval.',
    });
  }
  return {
    id,
    kind: 'gate',
    needs: [],
    inputs: {},
    config: { expiresMs: null, ...config },
    resources: {},
    retry: { maximumAttempts: 1, initialIntervalMs: 0, backoffCoefficient: 1, maximumIntervalMs: 0 },
    timeoutMs: 0,
    heartbeatTimeoutMs: 0,
    onFailure: 'fail',
  };
}

async function withCode<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw applicationFailure(failureCode(error), error);
  }
}
