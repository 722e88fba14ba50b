import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { WORKER_LOST_TYPE } from '../../src/contracts/system.js';

/** Losses in a row that a step survives beyond its own retries. A step that takes its worker down with it must come to an end. */
const MAX_LOSSES = 10;

/** What Temporal's worker reports for a step that it had to leave when it shut down. */
const SHUTDOWN_TYPE = 'WorkerShutdown';

/**
 * Runs a step's activity again when its last attempt was lost with its worker, by a crash or a shut-down: that is no fault of the step, so
 * it does not use up the step's retries for good. A step that must not be repeated (`maximumAttempts` 1) is left as it is.
 */
export function outlivingWorkers<T>(maximumAttempts: number, activity: (losses: number) => Promise<T>, losses = 0): Promise<T> {
  if (maximumAttempts === 1 || losses === MAX_LOSSES) return activity(losses);
  return activity(losses).catch((error: unknown) => {
    if (!wasLost(error)) throw error;
    return outlivingWorkers(maximumAttempts, activity, losses + 1);
  });
}

function wasLost(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'HEARTBEAT';
  return cause instanceof ApplicationFailure && (cause.type === SHUTDOWN_TYPE || cause.type === WORKER_LOST_TYPE);
}
