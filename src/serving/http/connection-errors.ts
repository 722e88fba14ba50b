import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ServerMetrics } from '../server-metrics.js';
import { fullErrorBody } from './answer-error.js';

/** Translates an error of the HTTP parser into a coded one. */
function toPipelineError(code: string | undefined): PipelineError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new PipelineError('SERVING_HEADERS_TOO_LARGE', {
        what: 'the head of the request is too large',
        expected: 'at most 16 KiB',
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PipelineError('SERVING_BODY_TOO_LARGE', { what: 'the extensions of the chunks are too large' });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PipelineError('SERVING_REQUEST_SLOW', { what: 'the request did not arrive whole in time' });
    default:
      return new PipelineError('SERVING_REQUEST_MALFORMED', { what: 'what was sent is not a request of HTTP' });
  }
}

/**
 * Answers bytes that the HTTP parser refuses, in the form of all errors, and closes the connection: the start of a next request cannot be found
 * after such bytes.
 */
export function answerConnectionError(metrics: ServerMetrics, failure: Error & { readonly code?: string }, socket: Socket): void {
  if (failure.code === 'ECONNRESET' || socket.destroyed) return;
  const error = toPipelineError(failure.code);
  metrics.rejected.inc({ reason: error.code });
  if (socket.writable) {
    const body = JSON.stringify(fullErrorBody(error));
    const head = [
      `HTTP/1.1 ${error.httpStatus} ${STATUS_CODES[error.httpStatus] ?? ''}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Error-Code: ${error.code}`,
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

/** Ignores expectations other than 100-continue. Node would answer them with an empty 417, which has another form than our errors. */
export function ignoreExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
}
