import { chainText, describeThrown } from '../../../errors/describe-thrown.js';
import { PipelineError } from '../../../errors/pipeline-error.js';

/** Names, by Node and its HTTP client, for failures of the network that may be gone in the next attempt. */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...['ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETRESET'],
  ...['ENETUNREACH', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'],
  ...['UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_SOCKET'],
]);
const STACK_LINES = 8;

/** Anything that the code of a step threw, as the one coded error; retryable when it, or one of its causes, is a failure of the network. */
export function stepFailure(thrown: unknown, where: string): PipelineError {
  const chain = describeThrown(thrown);
  const [{ stack }] = chain;
  return new PipelineError('EXECUTION_STEP_FAILED', {
    what: chainText(chain),
    where,
    retryable: chain.some(({ code }) => code !== null && TRANSIENT.has(code)),
    details: { origin: 'user', stack: stack === null ? null : stack.split('\n').slice(0, STACK_LINES).join('\n') },
    cause: thrown,
  });
}
