import { reasonOf } from '../../errors/describe-thrown.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** Largest message to a run, a back-fill or a model, characters of JSON: a result that a person gives, and what is said with it. */
export const MAX_MESSAGE_CHARACTERS = 64 * 1024;
/** Most bytes of a start beside its parameters, such as the steps whose results it reuses. */
export const MAX_MEMO_CHARACTERS = 256 * 1024;

/**
 * The message itself, when it may be sent: what a server has accepted stays in the history of the run.
 * @throws PipelineError `EXECUTION_MESSAGE_TOO_LARGE`.
 */
export function checkMessageSize<T>(message: T, where: string, most: number = MAX_MESSAGE_CHARACTERS): T {
  const characters = charactersOf(message, where);
  if (characters <= most) return message;
  throw new PipelineError('EXECUTION_MESSAGE_TOO_LARGE', {
    what: 'the message is too large',
    where,
    expected: `at most ${most} characters of JSON`,
    received: `${characters}`,
    details: { characters, limit: most },
  });
}

function charactersOf(message: unknown, where: string): number {
  try {
    return ((JSON.stringify(message) as string | undefined) ?? '').length;
  } catch (error) {
    throw new PipelineError('EXECUTION_MESSAGE_TOO_LARGE', {
      what: `the message cannot be written as JSON: ${reasonOf(error)}`,
      where,
      cause: error,
    });
  }
}
