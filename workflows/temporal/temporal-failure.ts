import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { JsonValue } from '../../src/contracts/json.js';
import type { StepFailure } from '../../src/contracts/run.js';
import { boundFailure } from '../../src/errors/bounded-failure.js';
import { isPipelineError } from '../../src/errors/pipeline-error.js';
import { cancelledFailure, localFailure } from '../steps/step-failure.js';

/** The coded failure behind an error that a step of a workflow rejected with. */
export function failureOf(error: unknown): StepFailure {
  if (error instanceof ChildWorkflowFailure) return childFailure(error);
  if (isCancellation(error)) return cancelledFailure(error instanceof ActivityFailure ? (error.activityId ?? 'step') : 'step');
  if (error instanceof ActivityFailure) return failureOf(error.cause);
  if (error instanceof TimeoutFailure) {
    const message = `no attempt ended in time (${error.timeoutType})`;
    return { code: 'EXECUTION_STEP_TIMED_OUT', message, details: { timeout: String(error.timeoutType) } };
  }
  if (error instanceof TerminatedFailure) return { code: 'CALL_RUN_TERMINATED', message: 'it was terminated', details: null };
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    const message = `a run with the id "${error.workflowId}" is already there`;
    return { code: 'EXECUTION_DUPLICATE_RUN', message, details: { run: error.workflowId } };
  }
  if (error instanceof ApplicationFailure) {
    const details = (error.details?.[0] ?? null) as JsonValue;
    return boundFailure({ code: error.type ?? 'EXECUTION_STEP_FAILED', message: error.message, details });
  }
  return localFailure(error);
}

/** The failure of a run that a step has called: its code, and which run it was. */
function childFailure(error: ChildWorkflowFailure): StepFailure {
  const run = error.execution.workflowId ?? '';
  if (isCancellation(error)) return cancelledFailure(`run ${run}`);
  const { code, message, details } = failureOf(error.cause);
  return boundFailure({ code, message: `run "${run}" failed: ${message}`, details: { run, details } });
}

/** The failure that a workflow or an update ends with, so that callers find the code in `type`. */
export function applicationFailure(failure: StepFailure, cause?: unknown): ApplicationFailure {
  const { code, message, details } = boundFailure(failure);
  return ApplicationFailure.create({
    type: code,
    message,
    details: [details],
    nonRetryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** Runs `work` and turns a PipelineError into the failure that ends a workflow or refuses an update. */
export async function coded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw codedFailure(error);
  }
}

export function codedFailure(error: unknown): unknown {
  return isPipelineError(error) ? applicationFailure(localFailure(error)) : error;
}
