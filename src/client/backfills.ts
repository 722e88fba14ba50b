import {
  Client,
  type Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { BACKFILL_WORKFLOW, backfillId, partitionIdPrefix, partitionRunId } from '../contracts/entities/backfill.js';
import type { BackfillSpec, BackfillStatus } from '../contracts/entities/backfill.js';
import { checkMessageSize } from '../contracts/limits/message-size.js';
import { checkParameterSize } from '../contracts/limits/parameter-size.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { partitionsOf } from '../pipeline/schedule/partitions.js';
import { type RunSummary, summarize } from './runs/run-listing.js';
import { queryText } from '../temporal/query-text.js';

/** The outcome of one partition: its newest run in any back-fill of the pipeline. */
export type PartitionReport = {
  readonly partition: string;
  readonly workflowId: string;
  /** `missing`: it has never run. */
  readonly status: 'missing' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: string | null;
  readonly seconds: number | null;
  /** The metric of the quality gate. */
  readonly metric: number | null;
};

/** Starts, steers and reports back-fills. */
export interface Backfills {
  /** @throws PipelineError `BACKFILL_RUNNING`, `BACKFILL_RANGE`, `EXECUTION_PARAMETERS_TOO_LARGE`. */
  start(spec: BackfillSpec): Promise<{ readonly workflowId: string }>;
  /** @throws PipelineError `BACKFILL_NOT_FOUND`, as the ones below. */
  status(pipeline: string, name: string): Promise<BackfillStatus>;
  pause(pipeline: string, name: string, input: { readonly paused: boolean; readonly by: string }): Promise<void>;
  cancel(pipeline: string, name: string): Promise<void>;
  /** Null when there is no such back-fill; `RUNNING` while it runs. */
  state(pipeline: string, name: string): Promise<string | null>;
  /** Every partition in order. Temporal's list of runs may lag behind by a moment. */
  report(spec: BackfillSpec): Promise<readonly PartitionReport[]>;
}

export function createBackfills(connection: Connection, namespace: string, taskQueue: string): Backfills {
  const { workflow } = new Client({ connection, namespace });
  const handle = (pipeline: string, name: string) => workflow.getHandle(backfillId(pipeline, name));
  return {
    start: async (spec) => {
      partitionsOf(spec);
      checkParameterSize(spec.parameters, `back-fill "${spec.name}" of ${spec.pipeline}`);
      checkMessageSize({ ...spec, parameters: {} }, `back-fill "${spec.name}" of ${spec.pipeline}`);
      const workflowId = backfillId(spec.pipeline, spec.name);
      try {
        await workflow.start(BACKFILL_WORKFLOW, {
          workflowId,
          taskQueue,
          args: [{ spec }],
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          staticSummary: `${spec.from} to ${spec.to}`,
        });
        return { workflowId };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const what = `the back-fill "${spec.name}" of ${spec.pipeline} is under way`;
        throw new PipelineError('BACKFILL_RUNNING', { what, details: { workflowId }, cause: error });
      }
    },
    status: (pipeline, name) => there(pipeline, name, handle(pipeline, name).query<BackfillStatus>('status')),
    pause: async (pipeline, name, input) => {
      checkMessageSize(input, `pause of back-fill "${name}" of ${pipeline}`);
      await there(pipeline, name, handle(pipeline, name).executeUpdate('pause', { args: [input] }));
    },
    cancel: async (pipeline, name) => {
      await there(pipeline, name, handle(pipeline, name).cancel());
    },
    state: async (pipeline, name) => {
      try {
        return (await handle(pipeline, name).describe()).status.name;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    report: async (spec) => {
      const newest = new Map<string, RunSummary>();
      // Another team may have a pipeline of this name in the namespace. Its runs are on another queue.
      const query = `WorkflowId STARTS_WITH ${queryText(partitionIdPrefix(spec.pipeline))} AND TaskQueue = ${queryText(taskQueue)}`;
      for await (const info of workflow.list({ query })) {
        const before = newest.get(info.workflowId);
        if (before === undefined || before.startedAt < info.startTime.toISOString()) newest.set(info.workflowId, summarize(info));
      }
      return partitionsOf(spec).map(({ key }) => reportOf(key, spec.pipeline, newest));
    },
  };
}

function reportOf(key: string, pipeline: string, runs: ReadonlyMap<string, RunSummary>): PartitionReport {
  const workflowId = partitionRunId(pipeline, key);
  const run = runs.get(workflowId);
  if (run === undefined) return { partition: key, workflowId, status: 'missing', startedAt: null, seconds: null, metric: null };
  const { startedAt, finishedAt, metric } = run;
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return { partition: key, workflowId, status: statusOf(run.state), startedAt, seconds, metric };
}

function statusOf(state: string): PartitionReport['status'] {
  if (state === 'COMPLETED') return 'succeeded';
  if (state === 'RUNNING' || state === 'CONTINUED_AS_NEW') return 'running';
  return state === 'CANCELLED' ? 'cancelled' : 'failed';
}

async function there<T>(pipeline: string, name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const what = `no back-fill "${name}" of ${pipeline} is under way`;
    throw new PipelineError('BACKFILL_NOT_FOUND', { what, details: { workflowId: backfillId(pipeline, name) }, cause: error });
  }
}
