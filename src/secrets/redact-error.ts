import { types } from 'node:util';
import type { ErrorParts } from '../errors/pipeline-error.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Redactor } from './redactor.js';

/** The same error without the values of secrets: message, details, stack and causes. */
export function redactError(error: PipelineError, redactor: Redactor): PipelineError {
  if (redactor.longest === 0) return error;
  const { what, where, expected, received, cure, details, cause } = error.parts;
  const parts: ErrorParts = {
    what: redactor.text(what),
    ...(where === undefined ? {} : { where: redactor.text(where) }),
    ...(expected === undefined ? {} : { expected: redactor.text(expected) }),
    ...(received === undefined ? {} : { received: redactor.text(received) }),
    ...(cure === undefined ? {} : { cure: redactor.text(cure) }),
    ...(details === undefined ? {} : { details: redactor.json(details) }),
    ...(types.isNativeError(cause) ? { cause: redactCause(cause, redactor) } : {}),
    retryable: error.retryable,
  };
  const redacted = new PipelineError(error.code, parts);
  redacted.stack = redactor.text(error.stack ?? '');
  return redacted;
}

function redactCause(cause: Error, redactor: Redactor): Error {
  const copy = new Error(redactor.text(cause.message));
  copy.name = cause.name;
  copy.stack = redactor.text(cause.stack ?? '');
  if (types.isNativeError(cause.cause)) copy.cause = redactCause(cause.cause, redactor);
  return copy;
}
