import { messageOf } from '../errors/describe-thrown.js';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';

const LONGEST_LINE = 200;

/**
 * What an engine's message says: its first line, as the rest repeats the SQL; of CSV all lines up to the advice, as the reason comes after
 * the line that it is about.
 */
export function headline(error: unknown): string {
  const lines = messageOf(error).split('\n');
  const advice = lines.indexOf('Possible fixes:');
  const reason = advice > 0 ? lines.slice(0, advice) : lines.slice(0, 1);
  return reason.map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line.trim())).join('; ');
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
