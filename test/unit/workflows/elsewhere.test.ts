import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { HANDED_BACK } from '../../../src/contracts/run/hand-back.js';
import {
  elsewhere,
  PIPELINE_LIMIT_MS,
  type Search,
  type SearchClock,
  STEP_LIMIT_MS,
} from '../../../workflows/steps/elsewhere.js';

const handedBack = ApplicationFailure.create({ type: 'EXECUTION_UNKNOWN_STEP', message: 'not here', details: [HANDED_BACK] });
/** A try that finds the wrong worker. */
const TRY_MS = 5;

/** Time that passes by sleeping and by trying alone. */
class StandClock implements SearchClock {
  ms = 0;
  now = (): number => this.ms;
  random = (): number => 0.5;
  sleep = (ms: number): Promise<void> => {
    this.ms += ms;
    return Promise.resolve();
  };
}

describe('a task that was handed back', () => {
  const told: (string | null)[] = [];
  const search = (code: Search['code'], limitMs: number): Search => ({
    what: 'the step "a.b"',
    code,
    limitMs,
    describe: (waitingFor) => told.push(waitingFor),
  });

  it.each([
    ['EXECUTION_UNKNOWN_PIPELINE', PIPELINE_LIMIT_MS, 60],
    ['EXECUTION_NO_WORKER', STEP_LIMIT_MS, 600],
  ] as const)('fails with %s when no worker has it within %d ms, not before', async (code, limitMs, seconds) => {
    const clock = new StandClock();
    const tries: number[] = [];
    const again = (): Promise<never> => {
      tries.push(clock.ms);
      clock.ms += TRY_MS;
      return Promise.reject(handedBack);
    };
    await expect(elsewhere(search(code, limitMs), handedBack, again, clock)).rejects.toMatchObject({
      type: code,
      message: expect.stringContaining(`for ${seconds} seconds no worker that took it had the step "a.b"`),
    });
    expect(clock.ms).toBeGreaterThanOrEqual(limitMs);
    expect(clock.ms).toBeLessThanOrEqual(limitMs + TRY_MS);
    // Each try is some ten events of the history.
    expect(tries.length).toBeLessThan(200);
    expect(tries.at(-1)).toBeGreaterThan(limitMs * 0.9);
    expect(told.at(-1)).toBeNull();
  });

  it('is done by a worker that comes just before the limit', async () => {
    const clock = new StandClock();
    const again = (): Promise<string> => {
      clock.ms += TRY_MS;
      return clock.ms < STEP_LIMIT_MS * 0.95 ? Promise.reject(handedBack) : Promise.resolve('done');
    };
    expect(await elsewhere(search('EXECUTION_NO_WORKER', STEP_LIMIT_MS), handedBack, again, clock)).toBe('done');
    expect(told.at(-1)).toBeNull();
  });

  it('fails at once with what a worker that has it fails with', async () => {
    const clock = new StandClock();
    const failure = ApplicationFailure.create({ type: 'EXECUTION_STEP_FAILED', message: 'broken' });
    const failing = elsewhere(search('EXECUTION_NO_WORKER', STEP_LIMIT_MS), handedBack, () => Promise.reject(failure), clock);
    await expect(failing).rejects.toBe(failure);
    expect(clock.ms).toBeLessThan(2_000);
  });
});
