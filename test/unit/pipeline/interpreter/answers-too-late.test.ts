import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../../../src/contracts/json.js';
import { definePipeline, isPipelineError, type Pipeline, type PipelineError } from '../../../../src/index.js';
import type { Cancellable } from '../../../../workflows/temporal/cancellable.js';
import { RunDriver } from '../../../../workflows/run/run-driver.js';
import { localFailure } from '../../../../workflows/steps/step-failure.js';

const never: Cancellable<JsonValue> = { done: new Promise(() => undefined), cancel: () => undefined };

/** A run whose steps go on for ever; `strike` lets the clocks of its gates strike. */
function drive({ plan }: Pipeline): { readonly driver: RunDriver; readonly strike: () => Promise<void> } {
  const clocks: (() => void)[] = [];
  const driver = new RunDriver(
    plan,
    {},
    {
      now: () => 0,
      failureOf: localFailure,
      readOperands: () => Promise.resolve([]),
      author: null,
      decided: () => undefined,
      timer: () => ({ done: new Promise<void>((resolve) => clocks.push(resolve)), cancel: () => undefined }),
      runStep: () => never,
      changed: () => undefined,
    },
  );
  void driver.run();
  const strike = async (): Promise<void> => {
    for (const clock of clocks) clock();
    await new Promise(setImmediate);
  };
  return { driver, strike };
}

function refusalOf(work: () => unknown): PipelineError {
  try {
    work();
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const asking = (onExpiry: 'fail' | 'reject' | 'approve'): Pipeline =>
  definePipeline('late', { params: {} }, (p) => {
    p.approval('release', { message: 'ship it?', expires: '1 hour', onExpiry, onFailure: 'continue' });
    p.step('work', { run: () => null });
  });

describe('an answer to an approval that has expired, while the run goes on', () => {
  it.each([
    ['fail', 'expired'],
    ['reject', 'expired'],
    ['approve', 'approved'],
  ] as const)('is refused with what became of the approval (%s)', async (onExpiry, state) => {
    const { driver, strike } = drive(asking(onExpiry));
    driver.checkAnswer('approve', { step: 'release', by: 'ada' });
    await strike();
    expect(driver.status().status).toBe('running');
    for (const action of ['approve', 'reject'] as const) {
      const refusal = refusalOf(() => {
        driver.checkAnswer(action, { step: 'release', by: 'ada' });
      });
      expect(refusal.code).toBe('EXECUTION_UPDATE_REFUSED');
      expect(refusal.message).toContain(`"release", which is ${state} at 1970-01-01T00:00:00.000Z`);
      expect(refusal.message).toContain('now: none');
    }
    expect(
      refusalOf(() => {
        driver.approve({ step: 'release', by: 'ada' });
      }).code,
    ).toBe('EXECUTION_UPDATE_REFUSED');
  });
});
