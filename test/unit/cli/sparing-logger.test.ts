import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { SparingLogger } from '../../../src/cli/render/sparing-logger.js';

describe("the logger of a worker's own lines", () => {
  let written: string[];
  let logger: SparingLogger;
  beforeEach(() => {
    jest.useFakeTimers();
    written = [];
    logger = new SparingLogger('WARN', ({ level, message, meta }) => {
      written.push(`${level} ${message} ${String(meta?.['n'] ?? '')}`.trim());
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('writes a line at once and 1,000 repeats a minute as one line each half minute, with the newest of them', () => {
    for (let second = 0; second < 180; second += 1) {
      for (let n = 0; n < 17; n += 1)
        logger.error(`gRPC call poll_workflow_task_queue retried ${second} times`, { n: second * 17 + n });
      jest.advanceTimersByTime(1_000);
    }
    expect(written).toHaveLength(1 + 6);
    expect(written[0]).toBe('ERROR gRPC call poll_workflow_task_queue retried 0 times 0');
    expect(written[1]).toBe('ERROR gRPC call poll_workflow_task_queue retried 0 times (509 more in 30 seconds) 509');
  });

  it('writes at once what is of another kind or level, and what comes back after half a minute of silence', () => {
    logger.error('lost');
    logger.warn('lost');
    logger.error('found');
    logger.info('below the level');
    expect(written).toEqual(['ERROR lost', 'WARN lost', 'ERROR found']);
    jest.advanceTimersByTime(60_000);
    logger.error('lost');
    expect(written).toEqual(['ERROR lost', 'WARN lost', 'ERROR found', 'ERROR lost']);
  });

  it('tells of a step or a run that failed in one line, and where its own code threw', () => {
    const failed = (type: string, details: unknown): void => {
      logger.warn('Activity failed', {
        activityType: 'flights.load',
        workflowId: `night-${type}`,
        attempt: 2,
        taskToken: 'x'.repeat(200),
        error: ApplicationFailure.create({ type, message: 'no rows. Take another window.', details: [details] }),
      });
    };
    failed('MONITOR_WINDOW_EMPTY', {});
    failed('EXECUTION_STEP_FAILED', { stack: 'Error: no rows\n    at load (pipeline.ts:7:9)' });
    logger.warn('Workflow failed', { workflowId: 'night', workflowType: 'flights', error: new Error('step "load" failed') });
    expect(written).toEqual([
      'WARN flights.load of run night-MONITOR_WINDOW_EMPTY failed in attempt 2: MONITOR_WINDOW_EMPTY: no rows. Take another window.',
      'WARN flights.load of run night-EXECUTION_STEP_FAILED failed in attempt 2: EXECUTION_STEP_FAILED: no rows. Take another window.\n' +
        '    at load (pipeline.ts:7:9)',
      'WARN run night of flights failed: step "load" failed',
    ]);
  });

  it('loses no count when it is silent for good, holds no timer then, and remembers a bounded number of kinds', () => {
    logger.error('lost');
    logger.error('lost');
    jest.advanceTimersByTime(60_000);
    expect(written).toEqual(['ERROR lost', 'ERROR lost (1 more in 30 seconds)']);
    expect(jest.getTimerCount()).toBe(0);
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    for (const one of letters) for (const other of letters) logger.error(`kind ${one}${other}`);
    expect(written.length).toBeLessThan(2 + 202);
  });
});
