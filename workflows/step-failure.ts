import type { StepFailure } from '../src/contracts/run.js';
import { isPipelineError, PipelineError } from '../src/errors/pipeline-error.js';

/** Turns whatever a step rejected with into a coded failure; EXECUTION_STEP_CANCELLED when it was cancelled. */
export type FailureReader = (error: unknown) => StepFailure;

/** A coded failure as an error: what a run of a body rejects with. */
export class CodedError extends Error {
  readonly failure: StepFailure;

  constructor(failure: StepFailure) {
    super(failure.message);
    this.name = 'CodedError';
    this.failure = failure;
  }
}

export function cancelledFailure(what: string): StepFailure {
  return { code: 'EXECUTION_STEP_CANCELLED', message: `"${what}" was cancelled`, details: null };
}

export function unknownStep(id: string, known: readonly string[]): PipelineError {
  return new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: `"${id}" is no step of the plan`,
    expected: `one of ${known.join(', ')}`,
  });
}

/** The failure of an error that never crossed Temporal. */
export function localFailure(error: unknown): StepFailure {
  if (error instanceof CodedError) return error.failure;
  if (isPipelineError(error)) return { code: error.code, message: error.message, details: error.details };
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return { code: 'EXECUTION_STEP_FAILED', message, details: null };
}
