import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PipelineError } from '../../errors/pipeline-error.js';
import { createKeyCheck } from './api-key.js';
import { checkMediaType } from './body-parser.js';
import { beginTrace, traceOf } from './request-trace.js';
import { checkRequestHeaders, requestIdOf } from './request-headers.js';
import { noRouteError } from './routes.js';
import type { ServerCore } from '../server-core.js';

/** Routes for load balancers; they need no key. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/v2/health/live', '/v2/health/ready']);
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** Statuses of requests that are counted but not logged: they were refused before the model was known. */
const UNLOGGED: ReadonlySet<number> = new Set([401, 403, 404]);

const isPrediction = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as { readonly prediction?: boolean }).prediction === true;

/** The model that a prediction route names; known before the body is read. */
function namedModel(request: FastifyRequest): string {
  const { model, target } = request.params as { readonly model?: string; readonly target?: string };
  return model ?? target?.replace(/:predict$/, '') ?? '';
}

function countInflight({ traffic, metrics }: ServerCore, change: number): void {
  traffic.inflight += change;
  metrics.inflight.set(traffic.inflight);
}

function recordAnswer(server: ServerCore, request: FastifyRequest, reply: FastifyReply): void {
  const trace = traceOf(request);
  const latencyMs = performance.now() - trace.startedAt;
  const model = trace.model ?? '';
  const version = trace.loaded === null ? '' : String(trace.loaded.version);
  const status = reply.statusCode;
  server.metrics.requests.inc({ model, version, variant: trace.variant ?? '', code: String(status) });
  if (trace.loaded !== null) server.metrics.requestSeconds.observe({ model, version }, latencyMs / 1000);
  if (UNLOGGED.has(status)) return;
  const ids = trace.ids ?? [trace.requestId];
  server.predictions?.record({
    ids,
    eventTimesMs: trace.eventTimesMs ?? ids.map(() => trace.arrivedAtMs),
    loggedAtMs: Date.now(),
    model: trace.model ?? namedModel(request),
    version: trace.loaded?.version ?? null,
    variant: trace.variant,
    status,
    latencyMs,
    scores: status === 200 ? trace.scores : null,
    inputs: trace.loaded === null || trace.batch === null ? null : { signature: trace.loaded.signature, batch: trace.batch },
  });
}

/**
 * Hooks of every request. The key is checked before the body is read. After the answer was sent, the request is counted, and logged when it is a
 * prediction.
 */
export function addRequestHooks(app: FastifyInstance, server: ServerCore, apiKeys: readonly string[]): void {
  const hasValidKey = createKeyCheck(apiKeys);
  app.addHook('onRequest', async (request, reply) => {
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      throw new PipelineError('SERVING_REQUEST_MALFORMED', { what: 'the request has no header Host' });
    if (isPrediction(request)) {
      beginTrace(request, requestIdOf(request.headers));
      countInflight(server, 1);
      // `close` also comes when the caller disconnects; `finish` does not.
      reply.raw.once('close', () => {
        countInflight(server, -1);
      });
    }
    const path = request.routeOptions.url ?? '';
    if (!OPEN_ROUTES.has(path) && !hasValidKey(request.headers)) {
      void reply.header('www-authenticate', 'Bearer');
      throw new PipelineError('SERVING_UNAUTHORIZED', { what: 'the request has no valid API key' });
    }
    if (path.startsWith('/admin/') && apiKeys.length === 0 && !LOOPBACK.has(request.ip)) {
      throw new PipelineError('SERVING_ADMIN_FORBIDDEN', { what: `${path} was called from ${request.ip}` });
    }
    // Everything but the body is checked before the body is read.
    if (server.traffic.refusing) throw new PipelineError('SERVING_CLOSING', { what: 'the server is shutting down' });
    if (request.is404) throw noRouteError(request);
    if (isPrediction(request)) checkRequestHeaders(request.headers);
    checkMediaType(request);
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A caller that keeps its connection alive would send its next request to a server that is gone.
    if (server.traffic.closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', async (request, reply) => {
    if (isPrediction(request)) recordAnswer(server, request, reply);
  });
}
