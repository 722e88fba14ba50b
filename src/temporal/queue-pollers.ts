import type { Connection } from '@temporalio/client';

/** A poll lasts a minute at most: a worker that is there has polled in this time. */
const ALIVE_MS = 75_000;

export type Poller = { readonly identity: string; readonly lastSeenMs: number };

/** The workers that poll a task queue for tasks of a kind, by their last poll. One that was killed is seen for some 75 s more. */
export async function pollersOf(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  taskQueue: string,
  kind: 'workflow' | 'activity',
): Promise<readonly Poller[]> {
  // Loaded with the connection already.
  const { TaskQueueType } = (await import('@temporalio/proto')).default.temporal.api.enums.v1;
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: kind === 'workflow' ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
  });
  return pollers
    .map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      lastSeenMs: Number(lastAccessTime?.seconds ?? 0) * 1_000,
    }))
    .filter(({ lastSeenMs }) => Date.now() - lastSeenMs < ALIVE_MS);
}
