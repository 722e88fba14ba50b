import type { TrainingSignal } from '../../src/contracts/entities/continuous-training.js';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { Plan, StageKind } from '../../src/contracts/plan.js';
import type { RunResult, RunStatus } from '../../src/contracts/run.js';
import type { DeployInputs, DeployResult } from '../../src/contracts/stages/deploy.js';
import type { EvaluateInputs, EvaluateResult } from '../../src/contracts/stages/evaluate.js';
import type { FeatureInputs, FeatureResult } from '../../src/contracts/stages/feature.js';
import type { ApprovalResult } from '../../src/contracts/stages/gate.js';
import type { IngestResult } from '../../src/contracts/stages/ingest.js';
import type { MonitorInputs, MonitorResult } from '../../src/contracts/stages/monitor.js';
import type { RetrainResult } from '../../src/contracts/stages/retrain.js';
import type { TrainInputs, TrainResult } from '../../src/contracts/stages/train.js';
import type { ValidateInputs, ValidateResult } from '../../src/contracts/stages/validate.js';

type NoInputs = { readonly [name: string]: never };

type StageInputs = {
  readonly ingest: NoInputs;
  readonly validate: ValidateInputs;
  readonly feature: FeatureInputs;
  readonly train: TrainInputs;
  readonly evaluate: EvaluateInputs;
  readonly deploy: DeployInputs;
  readonly monitor: MonitorInputs;
  readonly retrain: NoInputs;
};

type StageResults = {
  readonly ingest: IngestResult;
  readonly validate: ValidateResult;
  readonly feature: FeatureResult;
  readonly train: TrainResult;
  readonly evaluate: EvaluateResult;
  readonly deploy: DeployResult;
  readonly monitor: MonitorResult;
  readonly retrain: RetrainResult;
};

/** Results of custom steps by step id. */
export type StepResults = object;

/** Options of every call of a step. */
export interface CallOptions {
  /** Parameters for this call alone; the others are those of the run. Checked against the pipeline's parameters. */
  readonly params?: JsonObject;
}

/** How a stage runs in a hand-written workflow. */
export interface StageOptions extends CallOptions {
  /** Id of the step, when the pipeline has several steps of the stage. */
  readonly step?: string;
}

/** What people are asked. */
export interface ApprovalOptions {
  /** What is asked; needed for an approval that the pipeline does not declare. */
  readonly message?: string;
  /** The approval fails with EXECUTION_GATE_EXPIRED when nobody answers for so long, in ms. Default: it waits forever. */
  readonly expiresMs?: number;
}

/** How a run of another pipeline starts. */
export interface ChildOptions {
  /** Default: the id of this workflow, the pipeline's name and a number. */
  readonly workflowId?: string;
}

type StageCalls = {
  /**
   * Runs the pipeline's step of this stage. An input that is left out is the result of the call before it, as the pipeline binds it.
   */
  readonly [Kind in StageKind]: (inputs?: Partial<StageInputs[Kind]>, options?: StageOptions) => Promise<StageResults[Kind]>;
};

/**
 * The steps of a declared pipeline, to be ordered by hand. Each call runs the step as a run of the pipeline would: same activity, same
 * wrapper, retries, cache, records and queue. The first call of a step has the activity id `<step>`, the next ones `<step>[1]`, `<step>[2]`, ...
 *
 * A call throws an ApplicationFailure whose `type` is the code of the step's failure (`failureCode` reads it), EXECUTION_UNKNOWN_STEP when
 * the pipeline has no such step, EXECUTION_INPUT_MISSING when an input was neither given nor is it the result of an earlier call,
 * AUTHORING_PARAMETERS_INVALID for wrong `params`. When its scope is cancelled, the step is cancelled and the call throws a CancelledFailure.
 */
export interface Stages<Steps extends StepResults = { readonly [step: string]: JsonValue }> extends StageCalls {
  readonly plan: Plan;
  readonly parameters: JsonObject;
  /** Runs one step, also one inside the body of a map or a loop. */
  step<Id extends string & keyof Steps>(
    id: Id,
    inputs?: { readonly [name: string]: JsonValue },
    options?: CallOptions,
  ): Promise<Steps[Id]>;
  /** Waits until a person approves (CLI, client or Temporal UI). EXECUTION_GATE_REJECTED, EXECUTION_GATE_EXPIRED. */
  approval(id: string, options?: ApprovalOptions): Promise<ApprovalResult>;
  /** Runs a whole pipeline of the same worker as a child workflow. Fails with the code of the step that failed. */
  pipeline(name: string, params?: JsonObject, options?: ChildOptions): Promise<RunResult>;
  /** Hands a trigger to the continuous-training entity of a model. EXECUTION_RUN_NOT_FOUND when the model has none yet. */
  signalTraining(model: string, signal: TrainingSignal): Promise<void>;
  /** The state of all steps; what the `status` query answers. */
  status(): RunStatus;
}
