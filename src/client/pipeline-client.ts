import type { AdmissionKind, AdmissionView } from '../contracts/entities/admission.js';
import type { ContinuousTrainingState, RetrainExplanation, TrainingSignal } from '../contracts/entities/continuous-training.js';
import type { MonitorWindowInput, WindowReport } from '../contracts/entities/monitoring.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { Plan } from '../contracts/plan.js';
import type { ControlInput } from '../contracts/run/live-control.js';
import type { ApproveInput, RejectInput, ResumeInput, RunOptions, RunResult, RunStatus } from '../contracts/run.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { StoreSetting } from '../store/store-setting.js';
import type { ActivityProgress } from './runs/activity-progress.js';
import type { OpenApproval } from './runs/open-approvals.js';
import type { RunSummary } from './runs/run-listing.js';
import type { RunStanding } from './runs/run-standing.js';

/** Addresses of the server and the store. Options that are left out come from the environment and Temporal's profile. */
export interface ClientOptions {
  /** `host:port`; default as Temporal's own settings say. */
  readonly address?: string;
  readonly namespace?: string;
  /** Queue on which runs start. Default `ml`. */
  readonly taskQueue?: string;
  /** Author of the runs. An approval with `fourEyes` refuses the author's answer. Default: unknown. */
  readonly author?: string;
  /** The object store of the runs. With it, `status` and `plan` of an ended run need no worker, and results of any size can be read. */
  readonly store?: StoreSetting;
}

/** How a run starts. */
export interface StartOptions {
  /** Default: the pipeline's name, the time and four random bytes. */
  readonly workflowId?: string;
  readonly taskQueue?: string;
  readonly memo?: JsonObject;
  /** True: the run takes the worker's version of the pipeline, whichever it is. Default false: a different version fails with EXECUTION_PLAN_DIFFERS. */
  readonly anyPlan?: boolean;
  /** Author, team (for fairness), priority, and the use of earlier results. */
  readonly run?: RunOptions;
}

/** How to wait for a result. */
export interface ResultOptions {
  /** True: gives results as the run carries them, large ones as references. Default false. */
  readonly carried?: boolean;
}

/** The ids of a run in Temporal. */
export type StartedRun = { readonly workflowId: string; readonly runId: string };

/** Starts, watches and steers runs. Every method with a run's id throws EXECUTION_RUN_NOT_FOUND when there is no such run. */
export interface PipelineClient {
  /**
   * Starts a run. With a pipeline, the client checks the parameters before it sends them; with a name, the run checks them.
   * @throws PipelineError `AUTHORING_PARAMETERS_INVALID`, `EXECUTION_PARAMETERS_TOO_LARGE`, `EXECUTION_DUPLICATE_RUN` when the id is that of an open or succeeded run.
   */
  start<Params>(
    pipeline: Pipeline<Params> | string,
    parameters: Params | JsonObject,
    options?: StartOptions,
  ): Promise<StartedRun>;
  status(workflowId: string): Promise<RunStatus>;
  /** What the server alone knows of a run, for when no worker answers. RUNS_STORE_NEEDED as for `result`. */
  standing(workflowId: string): Promise<RunStanding>;
  /**
   * The run as the server lists it: trigger, model, plan, metric and times. A run past the server's retention is read from the store, without
   * trigger, model, stage and metric. Needs no worker.
   */
  summary(workflowId: string): Promise<RunSummary>;
  /** Null before the run has loaded its plan. */
  plan(workflowId: string): Promise<Plan | null>;
  /** Results of the steps that have succeeded so far, by step id. RUNS_STORE_NEEDED as for `result`. */
  results(workflowId: string): Promise<{ readonly [step: string]: JsonValue }>;
  /**
   * Waits for the end. Rejects with Temporal's WorkflowFailedError when the run failed; `failureCode` reads it. RUNS_STORE_NEEDED when
   * the results exceed 512 KiB, so that they lie in the store, and the client has no store.
   */
  result(workflowId: string, options?: ResultOptions): Promise<RunResult>;
  /** The last heartbeats of the running steps. */
  progress(workflowId: string): Promise<readonly ActivityProgress[]>;
  /**
   * Answers an open approval. Rejects with EXECUTION_RUN_ENDED when the run has ended, else with Temporal's WorkflowUpdateFailedError, whose
   * code (`failureCode`) is EXECUTION_UPDATE_REFUSED when the approval is not open and EXECUTION_APPROVAL_REFUSED when the person may not answer.
   */
  approve(workflowId: string, input: ApproveInput): Promise<RunStatus>;
  reject(workflowId: string, input: RejectInput): Promise<RunStatus>;
  resume(workflowId: string, input: ResumeInput): Promise<RunStatus>;
  /** Open approvals: of one run, or of the newest `limit` (default 100) running runs. */
  approvals(selection?: { readonly workflowId?: string; readonly limit?: number }): Promise<readonly OpenApproval[]>;
  /** Controls a running step that declares `live`: pause, resume, snapshot, stop, or a live parameter. EXECUTION_UPDATE_REFUSED when the step cannot. */
  control(workflowId: string, input: ControlInput): Promise<RunStatus>;
  cancel(workflowId: string): Promise<void>;
  /** Ends a run at once: its steps are not cancelled, and its clean-up does not run. */
  terminate(workflowId: string, reason: string): Promise<void>;
  /** Resets a run to before a step, by default to before the first failed step. RUNS_STEP_UNKNOWN. */
  reset(workflowId: string, step?: string): Promise<{ readonly runId: string; readonly step: string }>;
  cancelStep(workflowId: string, input: { readonly step: string; readonly by?: string }): Promise<RunStatus>;
  /** Newest first, at most `limit` (default 100). `query` in Temporal's list language. */
  list(query?: string, limit?: number): Promise<readonly RunSummary[]>;
  /** Signal-with-start of the model's continuous-training entity. */
  signalTraining(model: string, signal: TrainingSignal): Promise<void>;
  training(model: string): { status(): Promise<ContinuousTrainingState>; explain(): Promise<RetrainExplanation> };
  /** Closes a window of a monitored model and waits for its report. A closed window gives its report again. */
  closeWindow(input: MonitorWindowInput): Promise<WindowReport>;
  /** Holders and waiters of the limit of a pool, or of a pipeline's runs; null when no run has ever requested it. */
  admission(kind: AdmissionKind, name: string): Promise<AdmissionView | null>;
  close(): Promise<void>;
}
