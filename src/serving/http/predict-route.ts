import type { FastifyInstance } from 'fastify';
import { PipelineError } from '../../errors/pipeline-error.js';
import { parseTimestamp } from '../input/parse-value.js';
import { bodyFields, listField, perRowField } from './request-body.js';
import { traceOf } from './request-trace.js';
import { checkRowCount, scoreRequest } from './score-request.js';
import type { ServerCore } from '../server-core.js';

const PREDICT = ':predict';
/** Longest request id, characters. */
const ID_LENGTH = 256;

const readId = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= ID_LENGTH ? value : null;

/**
 * `POST /v1/models/<model>:predict` with `{ instances: [{ column: value }], ids?: [string], event_times?: [ISO or ms] }` answers
 * `{ predictions: [{ id, score }], model_version, variant }`, in the order of the instances.
 */
export function addPredictRoute(app: FastifyInstance, server: ServerCore): void {
  app.post<{ Params: { target: string } }>('/v1/models/:target', { config: { prediction: true } }, async (request) => {
    const { target } = request.params;
    if (!target.endsWith(PREDICT)) {
      throw new PipelineError('SERVING_ROUTE_NOT_FOUND', {
        what: `there is no route ${request.url}`,
        expected: '/v1/models/<model>:predict',
      });
    }
    const model = target.slice(0, -PREDICT.length);
    const trace = traceOf(request);
    const fields = bodyFields(request.body, ['instances', 'ids', 'event_times']);
    const instances = listField(fields, 'instances');
    const rows = instances.length;
    checkRowCount(rows, server.limits);
    const ids =
      perRowField(fields, 'ids', rows, { read: readId, expected: `a string of 1 to ${ID_LENGTH} characters` }) ??
      instances.map((_, row) => (rows === 1 ? trace.requestId : `${trace.requestId}-${row}`));
    const eventTimesMs = perRowField(fields, 'event_times', rows, {
      read: parseTimestamp,
      expected: 'an ISO-8601 time or milliseconds',
    });
    const key = ids[0] ?? trace.requestId;
    trace.ids = ids;
    trace.eventTimesMs = eventTimesMs;
    const answer = await scoreRequest(server, request, { model, version: undefined, key }, (loaded) => ({
      batch: loaded.parseRows(instances),
      ids,
      eventTimesMs,
    }));
    return {
      predictions: ids.map((id, row) => ({ id, score: answer.scores[row] })),
      model_version: String(answer.routed.model.version),
      variant: answer.routed.variant,
    };
  });
}
