import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isPipelineError } from '../../errors/pipeline-error.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Carries out an operation that is safe to repeat, again and again with growing, random pauses while the store cannot be reached, for `limitMs` at
 * most. `again`: an earlier try may have succeeded although its answer was lost. Callers that can wait longer repeat the call.
 */
export async function patiently<Result>(limitMs: number, operation: (again: boolean) => Promise<Result>): Promise<Result> {
  const endAt = performance.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS, again = false; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS), again = true) {
    try {
      return await operation(again);
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'STORE_UNREACHABLE' || performance.now() > endAt) throw error;
      await wait(randomInt(Math.floor(pauseMs / 2), pauseMs));
    }
  }
}
