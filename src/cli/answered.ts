import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { connect, connectionOptions } from '../temporal/connection.js';
import type { ConnectionSettings } from '../temporal/connection.js';
import { requireWorkers } from './start/task-queue-workers.js';

const PATIENCE_MS = 1_500;
/** Of gRPC. */
const NOT_FOUND = 5;

/**
 * The answer of a run to a query or an update. Temporal waits long for a worker to answer; when no answer has come after a while and no
 * worker polls the run's queue, this says so instead.
 * @throws PipelineError `CLI_QUEUE_WITHOUT_WORKER`, or what the answer rejects with.
 */
export async function answered<T>(settings: ConnectionSettings, workflowId: string, answer: Promise<T>): Promise<T> {
  const settled = new AbortController();
  // The loser of the race may reject later.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, complain(settings, workflowId, settled.signal)]);
  } finally {
    settled.abort();
  }
}

/** Rejects when nobody polls the run's queue; never resolves. */
async function complain(settings: ConnectionSettings, workflowId: string, settled: AbortSignal): Promise<never> {
  const pause = await sleep(PATIENCE_MS, 'late', { signal: settled }).catch(() => 'settled');
  if (pause === 'late') {
    const { namespace } = connectionOptions(settings);
    const connection = await connect(settings);
    try {
      const taskQueue = await queueOf(connection, namespace, workflowId);
      if (taskQueue !== undefined) await requireWorkers(connection, namespace, taskQueue);
    } finally {
      await connection.close();
    }
  }
  return new Promise<never>(() => undefined);
}

/** Undefined when the server has forgotten the run: then the answer itself says so, or comes from the store. */
async function queueOf(connection: Connection, namespace: string, workflowId: string): Promise<string | undefined> {
  try {
    const { executionConfig } = await connection.workflowService.describeWorkflowExecution({
      namespace,
      execution: { workflowId },
    });
    return executionConfig?.taskQueue?.name ?? undefined;
  } catch (error) {
    // Loaded here, so that a command that asks no server loads nothing that could.
    const { isGrpcServiceError } = await import('@temporalio/client');
    if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return undefined;
    throw error;
  }
}
