import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';

const LONG_POLL_MS = 70_000;
const RETRY_MS = 1_000;
const GRPC_CANCELLED = 1;
const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;

/**
 * Yields each time that something new is in a run's history, and ends when the run is closed. Long polls: no load while nothing happens.
 * A server that is away for a while is waited for.
 * @param onAway - told once per failed try, with the reason.
 */
export async function* historyWakes(
  connection: Connection,
  namespace: string,
  workflowId: string,
  onAway: (reason: string) => void,
): AsyncGenerator<'changed' | 'closed'> {
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    const request = {
      namespace,
      execution: { workflowId },
      waitNewEvent: true,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    };
    try {
      const page = await connection.withDeadline(Date.now() + LONG_POLL_MS, () =>
        connection.workflowService.getWorkflowExecutionHistory(request),
      );
      nextPageToken = page.nextPageToken;
      if (nextPageToken.length === 0) {
        yield 'closed';
        return;
      }
      yield 'changed';
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
      if (code === GRPC_DEADLINE_EXCEEDED) continue;
      if (code !== GRPC_UNAVAILABLE && code !== GRPC_CANCELLED) throw error;
      onAway('the Temporal server is away, trying again');
      await sleep(RETRY_MS);
    }
  }
}
