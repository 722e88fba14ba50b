import { types } from 'node:util';
import type { StepTask } from '../../../contracts/run.js';
import { messageOf } from '../../../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../../../errors/pipeline-error.js';

const DEFAULT_GRACE_MS = 30_000;
/** A command ends its program by itself when its grace is over, and then still has to store what there is. */
const COMMAND_MARGIN_MS = 30_000;
const STAGE_GRACE_MS = 120_000;

/** How long an attempt may take to leave once it was told to. */
export function graceOf({ kind, config }: StepTask): number {
  const { graceMs } = config;
  const own = typeof graceMs === 'number' ? graceMs : null;
  if (kind === 'command') return (own ?? STAGE_GRACE_MS) + COMMAND_MARGIN_MS;
  return kind === 'step' ? (own ?? DEFAULT_GRACE_MS) : STAGE_GRACE_MS;
}

/**
 * The result of `work`, which is given up when it has not settled `graceMs` after the abort: its run and its worker go on without it, though
 * its code may still run.
 * @throws PipelineError `EXECUTION_STEP_CANCELLED` that says so when the step was cancelled; else the reason of the abort.
 */
export function leavingInTime<T>(
  work: Promise<T>,
  signal: AbortSignal,
  graceMs: () => number,
  onAbandon: (message: string) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      const ms = graceMs();
      timer = setTimeout(() => {
        const message = lateness(ms, 'was abandoned; its code may still run');
        onAbandon(message);
        reject(abandonment(signal.reason, message));
      }, ms);
    };
    const settled = (): void => {
      signal.removeEventListener('abort', giveUp);
      clearTimeout(timer);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    work.then(
      (result) => {
        settled();
        resolve(result);
      },
      (error: unknown) => {
        settled();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the work failed with
        reject(error);
      },
    );
  });
}

/** Marks the error of an abandoned attempt, so that it is not taken for one of the step's own. */
const ABANDONED = new WeakSet<object>();

export const wasAbandoned = (error: unknown): boolean => typeof error === 'object' && error !== null && ABANDONED.has(error);

export const lateness = (graceMs: number, then: string): string =>
  `it did not leave within ${graceMs / 1000} s of being told to stop, and ${then}`;

/** The error of an attempt that did not leave in time. */
export function abandonment(reason: unknown, message: string): Error {
  // Temporal names the kind of a cancellation in its message: CANCELLED, WORKER_SHUTDOWN, TIMED_OUT, NOT_FOUND.
  const asked = isPipelineError(reason) ? reason.code === 'EXECUTION_STEP_CANCELLED' : messageOf(reason) === 'CANCELLED';
  if (!asked && types.isNativeError(reason)) return reason;
  const error = new PipelineError(asked ? 'EXECUTION_STEP_CANCELLED' : 'EXECUTION_STEP_TIMED_OUT', {
    what: `the step was cancelled, but ${message}`,
    cure: 'Let the step watch `context.signal`, or move its work into a child process.',
  });
  ABANDONED.add(error);
  return error;
}
