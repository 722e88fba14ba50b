import type { FastifyRequest } from 'fastify';
import { eventTimeIndex } from '../../contracts/store/prediction-row.js';
import { PipelineError, isPipelineError } from '../../errors/pipeline-error.js';
import type { ColumnBatch } from '../input/column-batch.js';
import type { EndpointModels } from '../replica/endpoint-models.js';
import type { LoadedModel } from '../model/loaded-model.js';
import type { BatchAnswer } from '../model/micro-batcher.js';
import { askedTimeoutMs } from './request-headers.js';
import type { RequestTrace } from './request-trace.js';
import { traceOf } from './request-trace.js';
import type { RoutedVariant } from '../replica/routing-table.js';
import { routeRequest } from '../replica/routing-table.js';
import type { ServerLimits } from '../server-options.js';

interface ParsedRequest {
  readonly batch: ColumnBatch;
  /** One id per row. */
  readonly ids: readonly string[];
  /** Milliseconds since 1970 per row. Null: the rows' event time, else the time of arrival. */
  readonly eventTimesMs: readonly number[] | null;
}

interface ScoreTarget {
  readonly model: string;
  readonly version: string | undefined;
  /** Decides the variant. */
  readonly key: string;
}

/** Time of each row: the schema's event time when the model takes it, else the time of arrival. */
function defaultEventTimes(model: LoadedModel, batch: ColumnBatch, arrivedAtMs: number): readonly number[] {
  const column = batch.columns[eventTimeIndex(model.signature)];
  return Array.from({ length: batch.rows }, (_, row) => (column === undefined ? arrivedAtMs : Number(column[row])));
}

/** How long a request may wait for the model: the server's limit, or a shorter one from its caller. */
interface Patience {
  readonly timeoutMs: number;
  readonly askedByCaller: boolean;
}

function patienceOf(request: FastifyRequest, limits: ServerLimits): Patience {
  const askedMs = askedTimeoutMs(request.headers);
  const askedByCaller = askedMs !== null && askedMs < limits.timeoutMs;
  return { timeoutMs: askedByCaller ? askedMs : limits.timeoutMs, askedByCaller };
}

/**
 * True when the model failed on rows that fit its signature, or exceeded the server's own limit. The caller's limit and a full queue do not count
 * against the model.
 */
function isFaultOfModel(error: unknown, patience: Patience): boolean {
  if (!isPipelineError(error)) return true;
  if (error.code === 'SERVING_TIMEOUT') return !patience.askedByCaller;
  return error.httpStatus >= 500 && error.code !== 'SERVING_OVERLOADED';
}

async function scoreInTime(
  model: LoadedModel,
  batch: ColumnBatch,
  patience: Patience,
  trace: RequestTrace,
): Promise<BatchAnswer> {
  const leftMs = patience.timeoutMs - (performance.now() - trace.startedAt);
  if (leftMs <= 0) {
    const what = `the request was not computed within ${Math.round(patience.timeoutMs)} ms`;
    throw new PipelineError('SERVING_TIMEOUT', { what });
  }
  try {
    const answer = await model.score(batch, leftMs);
    model.statistics.succeeded(performance.now() - trace.startedAt, answer.queueMs, trace.parseMs);
    return answer;
  } catch (error) {
    if (isFaultOfModel(error, patience)) model.statistics.failed(performance.now() - trace.startedAt);
    throw error;
  }
}

/**
 * Answers one request with one variant: chooses the variant, keeps it loaded until it has scored, and records on the request's trace what metrics
 * and the prediction log need.
 */
export async function scoreRequest(
  server: { readonly models: EndpointModels; readonly limits: ServerLimits },
  request: FastifyRequest,
  target: ScoreTarget,
  parse: (model: LoadedModel) => ParsedRequest,
): Promise<{ readonly scores: Float32Array; readonly routed: RoutedVariant; readonly ids: readonly string[] }> {
  const trace = traceOf(request);
  const patience = patienceOf(request, server.limits);
  const routed = routeRequest(server.models.table, target);
  const { model } = routed;
  model.acquire();
  try {
    trace.model = target.model;
    trace.variant = routed.variant;
    trace.loaded = model;
    const parseStart = performance.now();
    const parsed = parse(model);
    trace.ids = parsed.ids;
    trace.eventTimesMs = parsed.eventTimesMs ?? defaultEventTimes(model, parsed.batch, trace.arrivedAtMs);
    trace.batch = parsed.batch;
    trace.parseMs = performance.now() - parseStart;
    const answer = await scoreInTime(model, parsed.batch, patience, trace);
    trace.scores = answer.scores;
    trace.queueMs = answer.queueMs;
    return { scores: answer.scores, routed, ids: parsed.ids };
  } finally {
    model.leave();
  }
}

/** @throws PipelineError `SERVING_BODY_TOO_LARGE` when there are more rows than one request may have. */
export function checkRowCount(rows: number, limits: ServerLimits): void {
  if (rows <= limits.rows) return;
  throw new PipelineError('SERVING_BODY_TOO_LARGE', {
    what: 'the request has too many rows',
    expected: `at most ${limits.rows}`,
    received: `${rows}`,
  });
}
