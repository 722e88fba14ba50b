import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TensorSpec } from '../../contracts/model.js';
import { isPipelineError } from '../../errors/pipeline-error.js';
import { REQUEST_ID_RULE, readRequestId, rowIds } from '../input/request-id.js';
import { describeValue, shortName } from '../input/text.js';
import { bodyFields, listField, malformed, objectFields, stringField } from './request-body.js';
import { traceOf } from './request-trace.js';
import type { RoutedVariant, RoutingTable } from '../replica/routing-table.js';
import { routeRequest } from '../replica/routing-table.js';
import { checkRowCount, scoreRequest } from './score-request.js';
import type { ServerCore } from '../server-core.js';
import type { RequestTensor } from '../input/tensor-parser.js';

type ModelRoute = { Params: { model: string; version?: string } };

const metadata = (spec: TensorSpec): { name: string; datatype: string; shape: readonly number[] } => ({
  name: spec.name,
  datatype: spec.datatype,
  shape: spec.shape,
});

function parseTensor(value: unknown, index: number): RequestTensor {
  const fields = objectFields(value, `inputs[${index}]`);
  const shape = fields['shape'];
  const data = fields['data'];
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && Number(size) >= 0)) {
    throw malformed(`"inputs[${index}].shape" is wrong`, 'a list of whole numbers', describeValue(shape));
  }
  if (!Array.isArray(data)) throw malformed(`"inputs[${index}].data" is wrong`, 'a list', describeValue(data));
  return {
    name: stringField(fields, 'name'),
    datatype: stringField(fields, 'datatype'),
    shape: shape as number[],
    data: data as unknown[],
  };
}

/** Null for an absent id, and for an empty one, which clients of the protocol send. */
function parseId(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  const id = readRequestId(value);
  if (id === null) throw malformed('"id" is wrong', REQUEST_ID_RULE, describeValue(value));
  return id;
}

/** The requested outputs, each once; all outputs for an absent or empty list. */
function askedOutputs(value: unknown, known: readonly TensorSpec[]): readonly TensorSpec[] {
  if (value === undefined) return known;
  if (!Array.isArray(value)) throw malformed('"outputs" is wrong', 'a list', typeof value);
  if (value.length === 0) return known;
  const asked = new Set<TensorSpec>();
  value.forEach((output: unknown, index) => {
    const name = stringField(objectFields(output, `outputs[${index}]`), 'name');
    const spec = known.find((other) => other.name === name);
    if (spec === undefined) {
      const names = known.map((other) => other.name).join(', ');
      throw malformed(`there is no output "${shortName(name)}"`, `one of ${names}`, shortName(name));
    }
    if (asked.has(spec)) throw malformed(`output "${name}" is asked for twice`, 'each output once', 'two');
    asked.add(spec);
  });
  return [...asked];
}

async function infer(server: ServerCore, request: FastifyRequest<ModelRoute>): Promise<Record<string, unknown>> {
  const { model, version } = request.params;
  const trace = traceOf(request);
  const fields = bodyFields(request.body, ['id', 'parameters', 'inputs', 'outputs']);
  const id = parseId(fields['id']);
  const tensors = listField(fields, 'inputs').map(parseTensor);
  const rows = tensors[0]?.shape[0] ?? 0;
  checkRowCount(rows, server.limits);
  const key = id ?? trace.requestId;
  trace.ids = [key];
  let outputs: readonly TensorSpec[] = [];
  const answer = await scoreRequest(server, request, { model, version, key }, (loaded) => {
    outputs = askedOutputs(fields['outputs'], loaded.signature.outputs);
    const batch = loaded.parseTensors(tensors);
    return { batch, ids: rowIds(key, batch.rows), eventTimesMs: null };
  });
  return {
    model_name: model,
    model_version: String(answer.routed.model.version),
    ...(id === null ? {} : { id }),
    parameters: { variant: answer.routed.variant },
    outputs: outputs.map((spec) => ({
      name: spec.name,
      datatype: spec.datatype,
      shape: [rows, 1],
      data: Array.from(answer.scores),
    })),
  };
}

function describeModel(table: RoutingTable | null, { model, version }: ModelRoute['Params']): Record<string, unknown> {
  const routed = routeRequest(table, { model, version, key: '' });
  return {
    name: model,
    versions: table?.variants.map((variant) => String(variant.model.version)) ?? [],
    platform: 'onnx_onnxv1',
    inputs: routed.model.signature.inputs.map(metadata),
    outputs: routed.model.signature.outputs.map(metadata),
  };
}

/** Statistics of the loaded versions of a model, or of one of them. */
function modelStatistics(table: RoutingTable | null, { model, version }: ModelRoute['Params']): Record<string, unknown> {
  routeRequest(table, { model, version, key: '' });
  return statisticsOf(
    table?.variants.filter((variant) => version === undefined || String(variant.model.version) === version) ?? [],
    model,
  );
}

function statisticsOf(variants: readonly RoutedVariant[], model: string): Record<string, unknown> {
  const one = ({ model: { version, statistics } }: RoutedVariant): Record<string, unknown> => ({
    name: model,
    version: String(version),
    ...statistics.snapshot(),
  });
  return { model_stats: variants.map(one) };
}

function modelReady(server: ServerCore, request: FastifyRequest<ModelRoute>, reply: FastifyReply): Record<string, unknown> {
  const { model, version } = request.params;
  try {
    routeRequest(server.models.table, { model, version, key: '' });
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'SERVING_NOT_READY') throw error;
    void reply.code(503);
    return { name: model, ready: false };
  }
  const ready = server.ready();
  if (!ready) void reply.code(503);
  return { name: model, ready };
}

/** The Open Inference Protocol V2 (REST) with its statistics extension: `/v2/models/<model>[/versions/<version>]...`. */
export function addInferenceRoutes(app: FastifyInstance, server: ServerCore): void {
  // A model of this name is described by its versions' routes alone.
  app.get('/v2/models/stats', async () => statisticsOf(server.models.table?.variants ?? [], server.models.table?.model ?? ''));
  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get<ModelRoute>(path, async (request) => describeModel(server.models.table, request.params));
    app.get<ModelRoute>(`${path}/ready`, async (request, reply) => modelReady(server, request, reply));
    app.get<ModelRoute>(`${path}/stats`, async (request) => modelStatistics(server.models.table, request.params));
    app.post<ModelRoute>(`${path}/infer`, { config: { prediction: true } }, async (request) => infer(server, request));
  }
}
