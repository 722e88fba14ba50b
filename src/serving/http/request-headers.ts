import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PipelineError } from '../../errors/pipeline-error.js';
import { REQUEST_ID_RULE, readRequestId } from '../input/request-id.js';
import { describeValue } from '../input/text.js';

/** Longest time limit that a caller may ask for, ms: a day. The server's own limit holds anyway. */
const MAXIMUM_TIMEOUT_MS = 86_400_000;

function invalid(name: string, expected: string, received: unknown): PipelineError {
  return new PipelineError('SERVING_HEADER_INVALID', {
    what: `the header ${name} is wrong`,
    expected,
    received: describeValue(received),
  });
}

/** `x-request-id`, or a new id when the header is absent or invalid. */
export const requestIdOf = (headers: IncomingHttpHeaders): string => readRequestId(headers['x-request-id']) ?? randomUUID();

/** Milliseconds of `x-request-timeout-ms`, 1 to a day; null when the header is absent or invalid. */
export function askedTimeoutMs(headers: IncomingHttpHeaders): number | null {
  const given = headers['x-request-timeout-ms'];
  const timeoutMs = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : 0;
  return timeoutMs >= 1 && timeoutMs <= MAXIMUM_TIMEOUT_MS ? timeoutMs : null;
}

/** Checks the headers of a prediction request. @throws PipelineError `SERVING_HEADER_INVALID`. */
export function checkRequestHeaders(headers: IncomingHttpHeaders): void {
  const { 'x-request-id': id, 'x-request-timeout-ms': timeout } = headers;
  if (id !== undefined && id !== '' && readRequestId(id) === null) throw invalid('x-request-id', REQUEST_ID_RULE, id);
  if (timeout !== undefined && askedTimeoutMs(headers) === null)
    throw invalid('x-request-timeout-ms', `whole milliseconds, 1 to ${MAXIMUM_TIMEOUT_MS}`, timeout);
}
