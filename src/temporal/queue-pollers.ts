import type { Connection } from '@temporalio/client';
import type proto from '@temporalio/proto';

/** A poll lasts a minute at most: a worker that is there has polled in this time. */
const ALIVE_MS = 75_000;

export type Poller = { readonly identity: string; readonly lastSeenMs: number };

/** The workers that poll a task queue, by their last poll. One that was killed is seen for some 75 s more. */
export async function pollersOf(
  connection: Connection,
  namespace: string,
  taskQueue: string,
  taskQueueType: proto.temporal.api.enums.v1.TaskQueueType,
): Promise<readonly Poller[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return pollers
    .map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      lastSeenMs: Number(lastAccessTime?.seconds ?? 0) * 1_000,
    }))
    .filter(({ lastSeenMs }) => Date.now() - lastSeenMs < ALIVE_MS);
}
