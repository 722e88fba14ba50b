import type { Connection } from '@temporalio/client';
import { PipelineError } from '../../errors/pipeline-error.js';
import { pollersOf } from '../../temporal/queue-pollers.js';

/** Whether a worker polls the queue for workflow tasks. A worker that was killed counts for 75 seconds more. */
export async function hasWorkers(connection: Connection, namespace: string, taskQueue: string): Promise<boolean> {
  const pollers = await pollersOf(connection, namespace, taskQueue, 'workflow');
  return pollers.length > 0;
}

/** @throws PipelineError `CLI_QUEUE_WITHOUT_WORKER` */
export async function requireWorkers(connection: Connection, namespace: string, taskQueue: string): Promise<void> {
  if (await hasWorkers(connection, namespace, taskQueue)) return;
  const takers = await pollersOf(connection, namespace, taskQueue, 'activity');
  throw new PipelineError('CLI_QUEUE_WITHOUT_WORKER', {
    what:
      takers.length === 0
        ? `no worker polls the queue ${taskQueue}`
        : `the queue ${taskQueue} has workers for steps only (${takers.map(({ identity }) => identity).join(', ')}): none carries workflows on`,
    where: `namespace ${namespace}`,
    details: { taskQueue, takers: takers.length },
  });
}
