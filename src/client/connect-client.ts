import {
  Client,
  type Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { continuousTrainingId } from '../contracts/entities/continuous-training.js';
import type { WindowReport } from '../contracts/entities/monitoring.js';
import type { JsonObject } from '../contracts/json.js';
import { checkMessageSize, MAX_MEMO_CHARACTERS } from '../contracts/limits/message-size.js';
import { checkParameterSize } from '../contracts/limits/parameter-size.js';
import type { Plan } from '../contracts/plan.js';
import { DEFAULT_TASK_QUEUE } from '../contracts/plan/pools.js';
import type { RunResult, RunStatus } from '../contracts/run.js';
import { SEARCH_ATTRIBUTES } from '../contracts/run/search-attributes.js';
import { checkSettings } from '../errors/check-call.js';
import { aStore, aText, optional } from '../errors/kinds.js';
import { statusOfManifest } from '../runs/manifest-store.js';
import { validateParameters } from '../schema/validate-parameters.js';
import { connect, connectionOptions } from '../temporal/connection.js';
import { found, isNotFound, unended } from './missing-run.js';
import type { ClientOptions, PipelineClient } from './pipeline-client.js';
import { readProgress } from './runs/activity-progress.js';
import { openApprovals } from './runs/open-approvals.js';
import { admissionView, withQueuePlaces } from './runs/queue-places.js';
import { recordedRuns } from './runs/recorded-run.js';
import { repeatedUpdate } from './runs/repeated-update.js';
import { resetRun } from './runs/reset-run.js';
import { summarize, summaryOfManifest } from './runs/run-listing.js';
import type { RunSummary } from './runs/run-listing.js';
import { closedStatus, readStanding } from './runs/run-standing.js';
import { duplicate, expecting, freshWorkflowId, runSettings } from './start-settings.js';
import { wholeResult, wholeValues } from './whole-values.js';

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
      const workflowId = startOptions.workflowId ?? freshWorkflowId(name);
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
