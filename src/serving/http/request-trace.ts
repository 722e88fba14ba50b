import type { FastifyRequest } from 'fastify';
import type { VariantName } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ColumnBatch } from '../input/column-batch.js';
import type { LoadedModel } from '../model/loaded-model.js';

/** Facts of a prediction request. Metrics and the prediction log are written from them after the answer was sent. */
export interface RequestTrace {
  readonly startedAt: number;
  readonly arrivedAtMs: number;
  /** Id of the request when its rows have none. */
  readonly requestId: string;
  /** Set once the name is known to be that of the served model. */
  model: string | null;
  variant: VariantName | null;
  loaded: LoadedModel | null;
  ids: readonly string[] | null;
  eventTimesMs: readonly number[] | null;
  batch: ColumnBatch | null;
  scores: Float32Array | null;
  parseMs: number;
  queueMs: number;
}

const traces = new WeakMap<FastifyRequest, RequestTrace>();

export function beginTrace(request: FastifyRequest, requestId: string): void {
  traces.set(request, {
    startedAt: performance.now(),
    arrivedAtMs: Date.now(),
    requestId,
    model: null,
    variant: null,
    loaded: null,
    ids: null,
    eventTimesMs: null,
    batch: null,
    scores: null,
    parseMs: 0,
    queueMs: 0,
  });
}

export function traceOf(request: FastifyRequest): RequestTrace {
  const trace = traces.get(request);
  if (trace === undefined) throw new PipelineError('SERVING_INTERNAL', { what: 'the request was not traced' });
  return trace;
}
