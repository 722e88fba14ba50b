import { ActivityFailure, ApplicationFailure, sleep } from '@temporalio/workflow';
import { isHandedBack } from '../../src/contracts/run/hand-back.js';
import type { ErrorCode } from '../../src/errors/codes.js';
import { reasonOf } from '../../src/errors/describe-thrown.js';
import { applicationFailure } from '../temporal/temporal-failure.js';

/**
 * The server gives a task to the poll that has waited longest, and a worker polls dozens of times at once: so many tries in a row may go to one
 * worker. The first are therefore made one right after the other, in bursts; no timer of the server is shorter than a second.
 */
const QUICK_TRIES = 100;
const BURST = 10;
const PAUSE_MS = 1_000;
/** Then a worker has to come, and each try is some ten events of the history: so many at most until the limit. */
const LATER_TRIES = 60;

/** How long workers without the pipeline hand a start back. */
export const PIPELINE_LIMIT_MS = 60_000;
/** How long workers without the code of a step hand it back. A roll-out of new workers takes less time. */
export const STEP_LIMIT_MS = 600_000;

/** The module of a workflow belongs to one run: how many of its tasks are being handed on, and their tries since one of them found its worker. */
const search = { open: 0, inVain: 0 };

export type Search = {
  /** What a worker must have, for the message. */
  readonly what: string;
  /** Place of the failure when no step is found. */
  readonly code: ErrorCode;
  readonly limitMs: number;
  /** Tells what is waited for; null: no more. */
  readonly describe: (waitingFor: string | null) => void;
};

/** By which a search waits and measures: that of the workflow, or of a test. */
export type SearchClock = {
  now(): number;
  sleep(ms: number, summary: string): Promise<void>;
  /** 0 to 1. */
  random(): number;
};

const OF_WORKFLOW: SearchClock = {
  now: () => Date.now(),
  sleep: (ms, summary) => sleep(ms, { summary }),
  random: () => Math.random(),
};

/**
 * After a worker has handed a task back (`wasHandedBack`), since it does not have the code and others poll its queue: what `again` gives to the
 * first of them that has it, asked again and again, in bursts at first.
 * @throws ApplicationFailure with the code of `search` after its limit; whatever else `again` rejects with.
 */
export async function elsewhere<T>(
  { what, code, limitMs, describe }: Search,
  first: unknown,
  again: () => Promise<T>,
  clock: SearchClock = OF_WORKFLOW,
): Promise<T> {
  const sinceMs = clock.now();
  let last = first;
  search.open += 1;
  describe(`a worker with ${what}: those that took it do not have it`);
  try {
    for (let elapsedMs = 0; elapsedMs < limitMs; elapsedMs = clock.now() - sinceMs) {
      const pauseMs = Math.min(pauseBefore(limitMs, clock.random()), limitMs - elapsedMs);
      if (pauseMs > 0) await clock.sleep(pauseMs, `until a worker has ${what}`.slice(0, 100));
      try {
        const found = await again();
        search.inVain = 0;
        return found;
      } catch (error) {
        if (!wasHandedBack(error)) throw error;
        search.inVain += 1;
        last = error;
      }
    }
  } finally {
    search.open -= 1;
    describe(null);
  }
  const known = last instanceof ActivityFailure ? last.cause : last;
  throw applicationFailure(
    {
      code,
      message: `for ${limitMs / 1_000} seconds no worker that took it had ${what}; the last one said: ${reasonOf(known)}`,
      details: { what, seconds: limitMs / 1_000 },
    },
    last,
  );
}

/** All tasks of a run together try as often as one would alone. `random`, so that those of many runs do not come in step. */
function pauseBefore(limitMs: number, random: number): number {
  const { open, inVain } = search;
  const isQuick = inVain < QUICK_TRIES;
  if (isQuick && inVain % BURST < BURST - 1) return 0;
  return Math.round((isQuick ? PAUSE_MS : (limitMs / LATER_TRIES) * open) * (0.5 + random));
}

/** The failure of a local activity comes bare; that of an activity on a queue is the cause of an `ActivityFailure`. */
export function wasHandedBack(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && isHandedBack(cause.details?.[0]);
}
