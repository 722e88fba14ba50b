import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { ServerCore } from '../server-core.js';
import type { ServerLimits } from '../server-options.js';

const RETRY_AFTER_SECONDS = 1;

/** Translates Fastify's errors into coded errors. Any other error becomes an internal one, without details. */
function toPipelineError(error: unknown, limits: ServerLimits): PipelineError {
  if (isPipelineError(error)) return error;
  const { code, statusCode = 500 } = error as { readonly code?: unknown; readonly statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PipelineError('SERVING_BODY_TOO_LARGE', {
        what: 'the body is too large',
        expected: `at most ${limits.bodyBytes} bytes`,
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new PipelineError('SERVING_MEDIA_TYPE_UNSUPPORTED', {
        what: 'the body is not declared as JSON',
        expected: 'application/json',
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new PipelineError('SERVING_URL_TOO_LONG', { what: 'a part of the path is too long' });
    case 'FST_ERR_BAD_URL':
      return new PipelineError('SERVING_REQUEST_MALFORMED', { what: 'the path of the request is not an encoded URL' });
    default:
      if (statusCode >= 400 && statusCode < 500)
        return new PipelineError('SERVING_REQUEST_MALFORMED', { what: 'the request is not one of HTTP, or was not sent whole' });
      return new PipelineError('SERVING_INTERNAL', { what: 'the server failed to answer', cause: error });
  }
}

/** Body of an error outside of the protocol's routes. */
export const fullErrorBody = (error: PipelineError): Record<string, unknown> => ({
  error: `${error.code}: ${error.message}`,
  code: error.code,
  retryable: error.retryable,
  details: error.details,
});

/** Body of an error: exactly `{ error }` on the protocol's routes; code, retryability and details too on ours. */
function errorBody(request: FastifyRequest, error: PipelineError): Record<string, unknown> {
  const body = fullErrorBody(error);
  return request.url.startsWith('/v2') ? { error: body['error'] } : body;
}

/** Answers every error in one form; the code is also in the header `x-error-code`. Stack traces stay in the log. */
export function answerError(server: ServerCore, raw: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toPipelineError(raw, server.limits);
  server.metrics.rejected.inc({ reason: error.code });
  if (error.httpStatus >= 500 && !['SERVING_NOT_READY', 'SERVING_CLOSING'].includes(error.code))
    server.log.error({ err: error, url: request.url }, 'request failed');
  if (error.httpStatus === 503) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  if (error.code === 'SERVING_METHOD_NOT_ALLOWED') void reply.header('allow', error.parts.expected ?? '');
  // An unread body must not be parsed as the next request of this connection.
  if (!request.raw.complete || error.httpStatus === 413) void reply.header('connection', 'close');
  return reply.code(error.httpStatus).header('x-error-code', error.code).send(errorBody(request, error));
}

export function addErrorAnswers(app: FastifyInstance, server: ServerCore): void {
  app.setErrorHandler(async (raw, request, reply) => answerError(server, raw, request, reply));
}
