import { ActivityFailure, ApplicationFailure, sleep } from '@temporalio/workflow';
import { isHandedBack } from '../src/contracts/hand-back.js';
import type { ErrorCode } from '../src/errors/codes.js';
import { applicationFailure } from './temporal-failure.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** For so long a start is handed on among workers that do not have its pipeline. */
export const PIPELINE_LIMIT_MS = 60_000;
/** For so long a step is handed on among workers that do not have it: a roll-out of new workers is over by then. */
export const STEP_LIMIT_MS = 600_000;

export type Search = {
  /** What a worker must have, in words. */
  readonly what: string;
  /** Of the failure when none is found. */
  readonly code: ErrorCode;
  readonly limitMs: number;
  /** Tells what is waited for; null: no more. */
  readonly describe: (waitingFor: string | null) => void;
};

/**
 * After a worker has handed a task back, since it does not have the code and others poll its queue: what `again` gives to the first of them that
 * has it, asked with growing pauses. Any other error is thrown as it is. Called in the handler of a failure, so that a success costs no promise.
 * @throws ApplicationFailure with the code of `search` after its limit.
 */
export async function elsewhere<T>(
  { what, code, limitMs, describe }: Search,
  first: unknown,
  again: () => Promise<T>,
): Promise<T> {
  if (!wasHandedBack(first)) throw first;
  const untilMs = Date.now() + limitMs;
  let last = first;
  describe(`a worker with ${what}: those that took it do not have it`);
  try {
    for (let pauseMs = FIRST_PAUSE_MS; Date.now() + pauseMs <= untilMs; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await sleep(pauseMs, { summary: `until a worker has ${what}`.slice(0, 100) });
      try {
        return await again();
      } catch (error) {
        if (!wasHandedBack(error)) throw error;
        last = error;
      }
    }
  } finally {
    describe(null);
  }
  const known = last instanceof ActivityFailure ? last.cause : last;
  throw applicationFailure(
    {
      code,
      message: `for ${limitMs / 1_000} seconds no worker that took it had ${what}; the last one said: ${known instanceof Error ? known.message : ''}`,
      details: { what, seconds: limitMs / 1_000 },
    },
    last,
  );
}

/** What a local activity fails with comes bare, what one on a queue fails with is the cause of an `ActivityFailure`. */
function wasHandedBack(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && isHandedBack(cause.details?.[0]);
}
