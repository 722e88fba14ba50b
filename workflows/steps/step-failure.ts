import type { StepFailure } from '../../src/contracts/run.js';
import { boundFailure } from '../../src/errors/bounded-failure.js';
import { reasonOf } from '../../src/errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../../src/errors/pipeline-error.js';

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
  if (isPipelineError(error)) return boundFailure({ code: error.code, message: error.message, details: error.details });
  const coded = codedFailureIn(error);
  if (coded !== null) return coded;
  return boundFailure({ code: 'EXECUTION_STEP_FAILED', message: reasonOf(error), details: null });
}

function codedFailureIn(error: unknown): StepFailure | null {
  try {
    return error instanceof CodedError ? error.failure : null;
  } catch {
    // A proxy that refuses to be asked.
    return null;
  }
}
