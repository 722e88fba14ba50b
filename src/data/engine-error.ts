import { isNativeError } from 'node:util/types';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';

/** The message of anything thrown. */
function messageOf(error: unknown): string {
  if (isNativeError(error) || isPipelineError(error)) return error.message;
  return String(error);
}

/** First line of an engine's message: the rest repeats the SQL. */
export function headline(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

/** Gives an error of the data engine its code. A PipelineError passes unchanged. */
export function engineError(error: unknown, sql: string): PipelineError {
  if (isPipelineError(error)) return error;
  const message = messageOf(error);
  if (message.includes('No space left on device')) {
    return new PipelineError('DATA_SCRATCH_FULL', { what: headline(error), cause: error });
  }
  if (message.startsWith('Out of Memory Error')) {
    return new PipelineError('DATA_MEMORY_EXCEEDED', { what: headline(error), cause: error });
  }
  return new PipelineError('DATA_QUERY_FAILED', { what: headline(error), details: { sql: sql.slice(0, 2000) }, cause: error });
}
