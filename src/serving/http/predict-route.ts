import type { FastifyInstance } from 'fastify';
import { REQUEST_ID_RULE, readRequestId, rowIds } from '../input/request-id.js';
import { parseTimestamp } from '../input/timestamp.js';
import { bodyFields, listField, perRowField } from './request-body.js';
import { noRouteError } from './routes.js';
import { traceOf } from './request-trace.js';
import { checkRowCount, scoreRequest } from './score-request.js';
import type { ServerCore } from '../server-core.js';

const PREDICT = ':predict';

/**
 * `POST /v1/models/<model>:predict` with `{ instances: [{ column: value }], ids?: [string], event_times?: [ISO or ms] }` answers
 * `{ predictions: [{ id, score }], model_version, variant }`, in the order of the instances.
 */
export function addPredictRoute(app: FastifyInstance, server: ServerCore): void {
  app.post<{ Params: { target: string } }>('/v1/models/:target', { config: { prediction: true } }, async (request) => {
    const { target } = request.params;
    if (!target.endsWith(PREDICT)) throw noRouteError(request);
    const model = target.slice(0, -PREDICT.length);
    const trace = traceOf(request);
    const fields = bodyFields(request.body, ['instances', 'ids', 'event_times']);
    const instances = listField(fields, 'instances');
    const rows = instances.length;
    checkRowCount(rows, server.limits);
    const given = perRowField(fields, 'ids', rows, { read: readRequestId, expected: REQUEST_ID_RULE });
    const eventTimesMs = perRowField(fields, 'event_times', rows, {
      read: parseTimestamp,
      expected: 'an ISO-8601 time or integer milliseconds, years 1 to 9999',
    });
    const key = given?.[0] ?? trace.requestId;
    trace.ids = [key];
    const answer = await scoreRequest(server, request, { model, version: undefined, key }, (loaded) => ({
      batch: loaded.parseRows(instances),
      ids: given ?? rowIds(key, rows),
      eventTimesMs,
    }));
    return {
      predictions: answer.ids.map((id, row) => ({ id, score: answer.scores[row] })),
      model_version: String(answer.routed.model.version),
      variant: answer.routed.variant,
    };
  });
}
