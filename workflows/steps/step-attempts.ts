import { ActivityFailure, ApplicationFailure, CancellationScope, patched, sleep, TimeoutFailure } from '@temporalio/workflow';
import type { RetrySpec } from '../../src/contracts/plan.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_ABSENCE_MS = 3_600_000;
/** Runs that were under way before fail when their attempts are used up, as they did. */
const WAITS_FOR_INFRASTRUCTURE = 'waits-for-infrastructure';

/**
 * Tries a light step until it succeeds, as Temporal would by this policy. Temporal retries local activities by itself only while their
 * workflow task stays open, and not to be cancelled safely: a request to cancel one that has just ended breaks the task.
 * After a cancellation there is no further attempt. A store or server that is away uses up no attempt: it is waited for, an hour at most.
 */
export function inAttempts<T>(
  retry: RetrySpec,
  run: (attempt: number) => Promise<T>,
  attempt = 1,
  away: Absence = { sinceMs: null, pauseMs: FIRST_PAUSE_MS },
): Promise<T> {
  return run(attempt).catch(async (error: unknown) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) return scope.cancelRequested;
    const { sinceMs, pauseMs } = { ...away, sinceMs: away.sinceMs ?? Date.now() };
    if (
      retry.maximumAttempts !== 1 &&
      isAway(error) &&
      patched(WAITS_FOR_INFRASTRUCTURE) &&
      Date.now() - sinceMs < LONGEST_ABSENCE_MS
    ) {
      await sleep(pauseMs);
      return inAttempts(retry, run, attempt, { sinceMs, pauseMs: Math.min(2 * pauseMs, LONGEST_PAUSE_MS) });
    }
    if (attempt === retry.maximumAttempts || !mayBeRepeated(error)) throw error;
    await sleep(Math.min(retry.initialIntervalMs * retry.backoffCoefficient ** (attempt - 1), retry.maximumIntervalMs));
    return inAttempts(retry, run, attempt + 1);
  });
}

/** Since when what an attempt needs has been away, and how long to wait for it next. */
type Absence = { readonly sinceMs: number | null; readonly pauseMs: number };

const AWAY: readonly string[] = ['STORE_UNREACHABLE', 'TEMPORAL_UNREACHABLE'];

function isAway(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && AWAY.includes(cause.type ?? '');
}

/** The failure of a local activity comes bare; that of an activity on a queue is the cause of an `ActivityFailure`. */
function mayBeRepeated(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'START_TO_CLOSE' || cause.timeoutType === 'HEARTBEAT';
  return cause instanceof ApplicationFailure && cause.nonRetryable !== true;
}
