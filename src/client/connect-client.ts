import { aStore, aText, optional } from '../errors/kinds.js';
import { checkSettings } from '../errors/check-call.js';
import { randomBytes } from 'node:crypto';
import {
  Client,
  type Connection,
  type WorkflowStartOptions,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  continuousTrainingId,
  type ContinuousTrainingState,
  type RetrainExplanation,
  type TrainingSignal,
} from '../contracts/entities/continuous-training.js';
import type { Priority } from '@temporalio/common';
import type { AdmissionKind, AdmissionView } from '../contracts/entities/admission.js';
import type { ControlInput } from '../contracts/run/live-control.js';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import type { MonitorWindowInput, WindowReport } from '../contracts/entities/monitoring.js';
import type { Plan } from '../contracts/plan.js';
import { checkMessageSize, MAX_MEMO_CHARACTERS } from '../contracts/limits/message-size.js';
import { checkParameterSize } from '../contracts/limits/parameter-size.js';
import { DEFAULT_TASK_QUEUE } from '../contracts/plan/pools.js';
import { RUN_OPTIONS_MEMO, type RunOptions } from '../contracts/run.js';
import type { ApproveInput, RejectInput, ResumeInput, RunResult, RunStatus } from '../contracts/run.js';
import { SEARCH_ATTRIBUTES } from '../contracts/run/search-attributes.js';
import { isPipelineError, PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { validateParameters } from '../schema/validate-parameters.js';
import { connect, connectionOptions } from '../temporal/connection.js';
import { type ActivityProgress, readProgress } from './activity-progress.js';
import type { StoreSetting } from '../store/store-setting.js';
import { statusOfManifest } from '../runs/manifest-store.js';
import { recordedRuns } from './recorded-run.js';
import { wholeResult, wholeValues } from './whole-values.js';
import { resetRun } from './reset-run.js';
import { admissionView, withQueuePlaces } from './queue-places.js';
import { type OpenApproval, openApprovals } from './open-approvals.js';
import { repeatedUpdate } from './repeated-update.js';
import { closedStatus, readStanding, type RunStanding } from './run-standing.js';
import { type RunSummary, summarize, summaryOfManifest } from './run-listing.js';

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

const DEFAULT_LIMIT = 100;

/**
 * Connects by Temporal's own settings (`TEMPORAL_ADDRESS`, profiles, ...), which `options` overrides.
 * @throws PipelineError `TEMPORAL_UNREACHABLE`, `TEMPORAL_ACCESS_DENIED`, `TEMPORAL_NAMESPACE_MISSING`, `TEMPORAL_CONFIG_INVALID`.
 */
export async function connectClient(options: ClientOptions = {}): Promise<PipelineClient> {
  checkSettings('connectClient', options, {
    ...{ address: optional(aText), namespace: optional(aText), taskQueue: optional(aText), author: optional(aText) },
    store: optional(aStore),
  });
  const connection = await connect(options);
  const { namespace } = connectionOptions(options);
  return createClient(connection, namespace, options);
}

function createClient(connection: Connection, namespace: string, options: ClientOptions): PipelineClient {
  const { taskQueue = DEFAULT_TASK_QUEUE, store } = options;
  const { workflow } = new Client({ connection, namespace });
  const recorded = recordedRuns(workflow, store);
  const whole = wholeValues(store);
  const update = async (workflowId: string, name: string, input: object): Promise<RunStatus> => {
    checkMessageSize(input, `${name} of run "${workflowId}"`);
    return unended(
      workflow.getHandle(workflowId),
      repeatedUpdate(() => workflow.getHandle(workflowId).executeUpdate<RunStatus, [object]>(name, { args: [input] })),
    );
  };
  const query = async <T>(workflowId: string, name: string): Promise<T> =>
    found(workflowId, workflow.getHandle(workflowId).query<T>(name));
  return {
    start: async (pipeline, parameters, startOptions = {}) => {
      const name = typeof pipeline === 'string' ? pipeline : pipeline.name;
      const input =
        typeof pipeline === 'string'
          ? checkParameterSize(parameters as JsonObject, `pipeline "${name}"`)
          : validateParameters(pipeline.plan.parameters, parameters);
      const settings = runSettings({ ...startOptions, run: expecting(pipeline, startOptions) }, options.author);
      checkMessageSize(settings.memo, `the memo of a run of pipeline "${name}"`, MAX_MEMO_CHARACTERS);
      const workflowId = startOptions.workflowId ?? `${name}-${timestamp()}-${randomBytes(4).toString('hex')}`;
      try {
        const handle = await workflow.start(name, {
          workflowId,
          taskQueue: startOptions.taskQueue ?? taskQueue,
          args: [input],
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
          ...settings,
        });
        return { workflowId, runId: handle.firstExecutionRunId };
      } catch (error) {
        throw error instanceof WorkflowExecutionAlreadyStartedError ? duplicate(workflowId, error) : error;
      }
    },
    status: async (workflowId) => {
      const manifest = await recorded(workflowId);
      if (manifest !== null) return statusOfManifest(manifest);
      const told = await closedStatus(workflow.getHandle(workflowId), await query<RunStatus>(workflowId, 'status'));
      return withQueuePlaces(workflow, workflowId, told);
    },
    standing: async (workflowId) => {
      const standing = await found(workflowId, readStanding(workflow.getHandle(workflowId)));
      return { ...standing, status: await whole(standing.status, workflowId) };
    },
    summary: async (workflowId) => {
      try {
        return summarize(await found(workflowId, workflow.getHandle(workflowId).describe()));
      } catch (error) {
        const manifest = isNotFound(error) ? await recorded(workflowId) : null;
        if (manifest === null) throw error;
        return summaryOfManifest(manifest);
      }
    },
    plan: async (workflowId) =>
      (await recorded(workflowId))?.plan ?? whole(await query<Plan | null>(workflowId, 'plan'), workflowId),
    results: async (workflowId) => whole(await query<JsonObject>(workflowId, 'results'), workflowId),
    result: async (workflowId, { carried = false } = {}) => {
      const end = await found(workflowId, workflow.getHandle(workflowId).result() as Promise<RunResult>);
      return carried ? end : wholeResult(whole, end, workflowId);
    },
    progress: (workflowId) => found(workflowId, readProgress(connection, namespace, workflow.getHandle(workflowId))),
    approve: (workflowId, input) => update(workflowId, 'approve', input),
    reject: (workflowId, input) => update(workflowId, 'reject', input),
    resume: (workflowId, input) => update(workflowId, 'resume', input),
    control: (workflowId, input) => update(workflowId, 'control', input),
    cancelStep: (workflowId, input) => update(workflowId, 'cancelStep', input),
    approvals: async ({ workflowId, limit = DEFAULT_LIMIT } = {}) => {
      const status = (id: string): Promise<RunStatus> => query(id, 'status');
      if (workflowId !== undefined) return openApprovals(workflowId, await status(workflowId));
      const running: string[] = [];
      for await (const info of workflow.list({
        query: `ExecutionStatus = 'Running' AND ${SEARCH_ATTRIBUTES.pipeline} IS NOT NULL`,
      })) {
        if (running.push(info.workflowId) >= limit) break;
      }
      return (await Promise.all(running.map(async (id) => openApprovals(id, await status(id))))).flat();
    },
    reset: (workflowId, step) => found(workflowId, resetRun(workflow, namespace, workflowId, step)),
    cancel: async (workflowId) => {
      await found(workflowId, workflow.getHandle(workflowId).cancel());
    },
    terminate: async (workflowId, reason) => {
      await found(
        workflowId,
        workflow.getHandle(workflowId).terminate(checkMessageSize(reason, `terminate of run "${workflowId}"`)),
      );
    },
    list: async (filter, limit = DEFAULT_LIMIT) => {
      const runs: RunSummary[] = [];
      if (limit <= 0) return runs;
      for await (const info of workflow.list(filter === undefined ? {} : { query: filter })) {
        if (runs.push(summarize(info)) >= limit) break;
      }
      return runs;
    },
    signalTraining: async (model, signal) => {
      checkMessageSize(signal, `the signal to model "${model}"`);
      await workflow.signalWithStart('continuousTraining', {
        workflowId: continuousTrainingId(model),
        taskQueue,
        args: [{ model }],
        signal: 'trigger',
        signalArgs: [signal],
      });
    },
    training: (model) => ({
      status: () => query(continuousTrainingId(model), 'status'),
      explain: () => query(continuousTrainingId(model), 'explain'),
    }),
    closeWindow: async (input) => {
      checkMessageSize(input, `the window of model "${input.model}"`);
      const workflowId = `perennial/monitor/${input.model}/${input.from}/${input.phase}`;
      try {
        await workflow.start('monitorWindow', {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      return (await workflow.getHandle(workflowId).result()) as WindowReport;
    },
    admission: (kind, name) => admissionView(workflow, kind, name),
    close: () => connection.close(),
  };
}

/** Tells a run that has ended from one that never was. */
async function unended<T>(handle: WorkflowHandle, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const { status, closeTime } = await found(handle.workflowId, handle.describe());
    throw new PipelineError('EXECUTION_RUN_ENDED', {
      what: `run "${handle.workflowId}" has ended (${status.name.toLowerCase()}${closeTime === undefined ? '' : ` at ${closeTime.toISOString()}`})`,
      details: { workflowId: handle.workflowId, status: status.name },
      cause: error,
    });
  }
}

async function found<T>(workflowId: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new PipelineError('EXECUTION_RUN_NOT_FOUND', { what: `no run "${workflowId}"`, details: { workflowId }, cause: error });
  }
}

const isNotFound = (error: unknown): boolean => isPipelineError(error) && error.code === 'EXECUTION_RUN_NOT_FOUND';

/** A start with a pipeline expects that version of it. */
function expecting(pipeline: Pick<Pipeline, 'plan'> | string, { run, anyPlan = false }: StartOptions): RunOptions | undefined {
  if (typeof pipeline === 'string' || anyPlan || run?.pin !== undefined) return run;
  return { expects: { plan: pipeline.plan.hash }, ...run };
}

/** Settings of the start that the run reads, and the priority of its workflow tasks. */
function runSettings(
  { memo, run: given }: Pick<StartOptions, 'memo'> & { readonly run: RunOptions | undefined },
  author?: string,
): Pick<WorkflowStartOptions, 'memo' | 'priority'> {
  const run = author === undefined ? given : { author, ...given };
  if (run === undefined) return memo === undefined ? {} : { memo };
  const { priority, team } = run;
  const order: Priority = {
    ...(priority === undefined ? {} : { priorityKey: priority }),
    ...(team === undefined ? {} : { fairnessKey: team }),
  };
  const said = memo?.[RUN_OPTIONS_MEMO] as RunOptions | undefined;
  return {
    memo: { ...memo, [RUN_OPTIONS_MEMO]: { ...said, ...run } },
    ...(Object.keys(order).length === 0 ? {} : { priority: order }),
  };
}

function duplicate(workflowId: string, cause: unknown): PipelineError {
  return new PipelineError('EXECUTION_DUPLICATE_RUN', {
    what: `there is a run "${workflowId}" already`,
    details: { workflowId },
    cause,
  });
}

function timestamp(): string {
  return new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
}
