import { ChildWorkflowFailure } from '@temporalio/workflow';
import type { StepFailure } from '../../src/contracts/run.js';
import { failureOf } from '../temporal/temporal-failure.js';

/** Code, message and details behind an error that a call of a step or a pipeline threw; EXECUTION_STEP_CANCELLED for a cancellation. */
export function failureCode(error: unknown): StepFailure {
  return error instanceof ChildWorkflowFailure ? failureCode(error.cause) : failureOf(error);
}
