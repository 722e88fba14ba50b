import { ActivityFailure, ApplicationFailure, CancellationScope, sleep, TimeoutFailure } from '@temporalio/workflow';
import type { RetrySpec } from '../src/contracts/plan.js';

/**
 * Tries a light step until it succeeds, as Temporal would by this policy. Temporal retries local activities by itself only while their
 * workflow task stays open, and not to be cancelled safely: a request to cancel one that has just ended breaks the task.
 * After a cancellation there is no further attempt.
 */
export function inAttempts<T>(retry: RetrySpec, run: (attempt: number) => Promise<T>, attempt = 1): Promise<T> {
  return run(attempt).catch(async (error: unknown) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) return scope.cancelRequested;
    if (attempt === retry.maximumAttempts || !mayBeRepeated(error)) throw error;
    await sleep(Math.min(retry.initialIntervalMs * retry.backoffCoefficient ** (attempt - 1), retry.maximumIntervalMs));
    return inAttempts(retry, run, attempt + 1);
  });
}

/** What a local activity fails with comes bare, what one on a queue fails with is the cause of an `ActivityFailure`. */
function mayBeRepeated(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'START_TO_CLOSE' || cause.timeoutType === 'HEARTBEAT';
  return cause instanceof ApplicationFailure && cause.nonRetryable !== true;
}
