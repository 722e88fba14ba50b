import { describe, expect, it } from '@jest/globals';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { failureCode } from '../../../src/client/index.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';

const failedRun = (cause: Error): WorkflowFailedError =>
  new WorkflowFailedError('Workflow execution failed', cause, RetryState.NON_RETRYABLE_FAILURE);
const failedActivity = (cause: Error): ActivityFailure =>
  new ActivityFailure('Activity task failed', 'p.train', 'train', RetryState.NON_RETRYABLE_FAILURE, 'w', cause);

describe('the code of a failure', () => {
  it('is found however deep it is wrapped', () => {
    const failure = ApplicationFailure.create({ type: 'STORE_FULL', message: 'no space', details: [{ bytes: 1 }] });
    expect(failureCode(failedRun(failedActivity(failure)))).toEqual({
      code: 'STORE_FULL',
      message: 'no space',
      details: { bytes: 1 },
    });
  });

  it('passes over failures without a code of ours', () => {
    const inner = ApplicationFailure.create({ type: 'DATA_EMPTY', message: 'no rows' });
    const outer = ApplicationFailure.create({ type: 'TypeError', message: 'wrapped', cause: inner });
    expect(failureCode(failedRun(outer)).code).toBe('DATA_EMPTY');
  });

  it('names cancellation, time-outs and what has no code', () => {
    expect(failureCode(failedRun(new CancelledFailure('stop'))).code).toBe('EXECUTION_STEP_CANCELLED');
    const late = new TimeoutFailure('late', undefined, TimeoutType.HEARTBEAT);
    expect(failureCode(failedRun(failedActivity(late))).code).toBe('EXECUTION_STEP_TIMED_OUT');
    expect(failureCode(new Error('odd'))).toEqual({ code: 'EXECUTION_RUN_FAILED', message: 'odd', details: null });
  });

  it('reads errors that never crossed Temporal', () => {
    expect(failureCode(new PipelineError('EXECUTION_DUPLICATE_RUN', { what: 'twice' })).code).toBe('EXECUTION_DUPLICATE_RUN');
  });
});
