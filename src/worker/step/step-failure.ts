import { types } from 'node:util';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Node's names for failures of the network that may be gone in the next attempt. */
const TRANSIENT = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ETIMEDOUT']);
const STACK_LINES = 8;

/** The coded error for what the code of a step threw. */
export function stepFailure(error: unknown, where: string): PipelineError {
  const isError = types.isNativeError(error);
  const code = isError ? (error as NodeJS.ErrnoException).code : undefined;
  return new PipelineError('EXECUTION_STEP_FAILED', {
    what: describeThrown(error),
    where,
    retryable: code !== undefined && TRANSIENT.has(code),
    details: { origin: 'user', stack: isError ? (error.stack ?? '').split('\n').slice(0, STACK_LINES).join('\n') : null },
    cause: error,
  });
}

/** What was thrown, in words. */
export function describeThrown(error: unknown): string {
  return types.isNativeError(error) ? `${error.name}: ${error.message}` : `a thrown ${typeof error}: ${String(error)}`;
}
