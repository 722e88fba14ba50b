import type { WorkflowService } from '@temporalio/client';
import { WORKER_LOST_TYPE } from '../../contracts/system.js';
import { type JournalOwner, type OpenAttempt, takeDeadJournals } from './attempt-journal.js';

/** A delay of nothing at all makes the server give up instead. */
const AT_ONCE = { nanos: 1_000_000 };
const GRPC_NOT_FOUND = 5;
const GRPC_INVALID_ARGUMENT = 3;

/**
 * Tells the server at once which attempts died with killed processes of this machine, so that they are given out again without waiting for their
 * heartbeat time-out, and that the runs concerned have no worker that remembers them. What ended meanwhile is left alone.
 * @returns the attempts that the server took as lost.
 */
export async function reportLostAttempts(service: WorkflowService, owner: JournalOwner): Promise<readonly OpenAttempt[]> {
  const attempts = (await takeDeadJournals(owner)).flatMap((journal) => journal.attempts);
  const { namespace } = owner;
  const lost: OpenAttempt[] = [];
  for (const attempt of attempts) {
    const { taskToken, workflowId, runId } = attempt;
    const told = await unlessGone(async () => {
      await service.resetStickyTaskQueue({ namespace, execution: { workflowId, runId } });
      await service.respondActivityTaskFailed({
        namespace,
        taskToken: Buffer.from(taskToken, 'base64'),
        identity: `${process.pid}`,
        failure: {
          message: 'the worker process of this attempt is gone',
          source: 'perennial',
          applicationFailureInfo: { type: WORKER_LOST_TYPE, nonRetryable: false, nextRetryDelay: AT_ONCE },
        },
      });
    });
    if (told) lost.push(attempt);
  }
  return lost;
}

async function unlessGone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === GRPC_NOT_FOUND || code === GRPC_INVALID_ARGUMENT) return false;
    throw error;
  }
}
