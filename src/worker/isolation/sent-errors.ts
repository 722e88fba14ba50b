import { types } from 'node:util';
import { type ErrorParts, isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { thrownText } from '../../errors/describe-thrown.js';

/** An error between two processes. */
export type SentError = {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Node's name of a failure of the system, such as ECONNRESET. */
  readonly code?: string;
  readonly cause?: SentError;
  /** Parts of a PipelineError. */
  readonly coded?: {
    readonly code: PipelineError['code'];
    readonly parts: Omit<ErrorParts, 'cause'>;
    readonly retryable: boolean;
  };
};

const DEEPEST_CAUSE = 5;

/** An unreadable error is sent as this text alone. */
export function sendError(error: unknown, depth = 0): SentError {
  try {
    return read(error, depth);
  } catch {
    return { name: 'Error', message: thrownText(error), stack: '' };
  }
}

function read(error: unknown, depth: number): SentError {
  if (!types.isNativeError(error) && !isPipelineError(error)) return { name: 'Error', message: thrownText(error), stack: '' };
  const code = (error as NodeJS.ErrnoException).code;
  const { cause } = error;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: sendError(cause, depth + 1) }),
    ...(isPipelineError(error) ? { coded: { code: error.code, parts: partsOf(error), retryable: error.retryable } } : {}),
  };
}

/** An error of the same code, message, stack and causes. */
export function receiveError(sent: SentError): Error {
  const cause = sent.cause === undefined ? {} : { cause: receiveError(sent.cause) };
  if (sent.coded !== undefined) {
    const { code, parts, retryable } = sent.coded;
    return Object.assign(new PipelineError(code, { ...parts, ...cause, retryable }), { stack: sent.stack });
  }
  const error = new Error(sent.message, cause);
  return Object.assign(error, { name: sent.name, stack: sent.stack, ...(sent.code === undefined ? {} : { code: sent.code }) });
}

function partsOf(error: PipelineError): Omit<ErrorParts, 'cause'> {
  const { what, where, expected, received, cure, details } = error.parts;
  return {
    what,
    ...(where === undefined ? {} : { where }),
    ...(expected === undefined ? {} : { expected }),
    ...(received === undefined ? {} : { received }),
    ...(cure === undefined ? {} : { cure }),
    ...(details === undefined ? {} : { details }),
  };
}
