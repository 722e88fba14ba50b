import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { ServerCore } from '../server-core.js';
import type { ServerLimits } from '../server-options.js';

const RETRY_AFTER_SECONDS = 1;

const ROUTES = [
  'POST /v1/models/<model>:predict',
  'POST /v2/models/<model>/infer',
  'GET /v2',
  'GET /v2/models/<model>',
  'GET /v2/health/ready',
  'GET /metrics',
].join(', ');

/** Fastify's own errors in our words; anything else is the server's fault and says nothing of its inside. */
function toPipelineError(error: unknown, limits: ServerLimits): PipelineError {
  if (isPipelineError(error)) return error;
  const code = (error as { readonly code?: unknown }).code;
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
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_BAD_URL':
      return new PipelineError('SERVING_BODY_MALFORMED', { what: 'the request is malformed' });
    default:
      return new PipelineError('SERVING_INTERNAL', { what: 'the server failed to answer', cause: error });
  }
}

/** Body of an error: exactly `{ error }` on the protocol's routes; code, retryability and details too on ours. */
function errorBody(request: FastifyRequest, error: PipelineError): Record<string, unknown> {
  const text = `${error.code}: ${error.message}`;
  if (request.url.startsWith('/v2')) return { error: text };
  return { error: text, code: error.code, retryable: error.retryable, details: error.details };
}

/** One form for all that goes wrong; the code is also in the header `x-error-code`. Stack traces stay in the log. */
export function addErrorAnswers(app: FastifyInstance, server: ServerCore): void {
  app.setErrorHandler(async (raw, request, reply) => {
    const error = toPipelineError(raw, server.limits);
    server.metrics.rejected.inc({ reason: error.code });
    if (error.httpStatus >= 500 && error.code !== 'SERVING_NOT_READY')
      server.log.error({ err: error, url: request.url }, 'request failed');
    if (error.httpStatus === 503) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    // An unread body must not be taken for the next request of this connection, nor be waited for.
    if (!request.raw.complete || error.httpStatus === 413) void reply.header('connection', 'close');
    return reply.code(error.httpStatus).header('x-error-code', error.code).send(errorBody(request, error));
  });
  app.setNotFoundHandler(async (request) => {
    throw new PipelineError('SERVING_ROUTE_NOT_FOUND', {
      what: `there is no route ${request.method} ${request.url}`,
      expected: ROUTES,
    });
  });
}
