import { reasonOf } from '../errors/describe-thrown.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { AttributeMessage, GraphMessage, ModelMessage, TensorMessage, ValueInfoMessage } from './messages.js';
import { decodeModel, ELEMENT_TYPES } from './messages.js';
import { ALLOWED_OPERATORS } from './allowed-operators.js';

export interface InspectOptions {
  /** Largest file in bytes; default 512 MiB. */
  readonly maxBytes?: number;
  /** Default 20,000. */
  readonly maxNodes?: number;
}

export interface ValueSummary {
  readonly name: string;
  /** `float`, `int64`, `string`, `bool`, or ONNX's number of another type. */
  readonly elementType: string;
  /** `null` where the size is known at run time only. */
  readonly shape: readonly (number | null)[];
}

export interface ModelSummary {
  readonly irVersion: number;
  /** Version by domain; the empty string is ONNX's own. */
  readonly opsets: { readonly [domain: string]: number };
  readonly producer: string;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Number of nodes by operator, e.g. `ai.onnx.ml.TreeEnsembleRegressor`. */
  readonly operators: { readonly [operator: string]: number };
}

const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;
const DEFAULT_MAX_NODES = 20_000;
const EXTERNAL_LOCATION = 1;

/**
 * Reads the structure of an ONNX model without running it and refuses what a served model may not hold: operators outside the list in
 * `allowed-operators.ts`, subgraphs and functions (they can loop without end), data in other files, more than `maxBytes` or `maxNodes`.
 * Says nothing about whether the operators' types fit; the runtime checks that when it loads the model.
 * Errors: ONNX_CORRUPT when the bytes are not a whole model; ONNX_NOT_ALLOWED with all that is refused.
 */
export function inspectModel(bytes: Uint8Array, options: InspectOptions = {}): ModelSummary {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  if (bytes.byteLength > maxBytes) {
    throw notAllowed([`it has ${String(bytes.byteLength)} bytes, more than ${String(maxBytes)}`]);
  }
  const model = parse(bytes);
  const graph = wholeGraph(model);
  const refused = new Set([...refusedByModel(model), ...refusedByGraph(graph, options.maxNodes ?? DEFAULT_MAX_NODES)]);
  if (refused.size > 0) throw notAllowed([...refused]);
  return {
    irVersion: model.irVersion,
    opsets: Object.fromEntries((model.opsetImport ?? []).map(({ domain, version }) => [domain ?? '', version])),
    producer: [model.producerName ?? '', model.producerVersion ?? ''].join(' ').trim(),
    inputs: (graph.input ?? []).filter(({ name }) => !isInitializer(graph, name)).map(summarise),
    outputs: (graph.output ?? []).map(summarise),
    operators: countOperators(graph),
  };
}

function parse(bytes: Uint8Array): ModelMessage {
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new PipelineError('ONNX_CORRUPT', {
      what: 'the bytes are no ONNX model',
      received: `${String(bytes.byteLength)} bytes (${reasonOf(error)})`,
      cause: error,
    });
  }
}

function wholeGraph({ graph, irVersion, opsetImport }: ModelMessage): GraphMessage {
  const missing = [
    irVersion > 0 ? [] : ['its IR version'],
    (opsetImport ?? []).length > 0 ? [] : ['its opsets'],
    graph === undefined ? ['its graph'] : [],
    (graph?.node ?? []).length > 0 ? [] : ['nodes'],
    (graph?.input ?? []).length > 0 ? [] : ['inputs'],
    (graph?.output ?? []).length > 0 ? [] : ['outputs'],
  ].flat();
  if (graph !== undefined && missing.length === 0) return graph;
  throw new PipelineError('ONNX_CORRUPT', { what: `the model lacks ${missing.join(', ')}` });
}

function refusedByModel(model: ModelMessage): readonly string[] {
  return [
    (model.functions ?? []).length > 0 ? ['functions of its own'] : [],
    (model.trainingInfo ?? []).length > 0 ? ['training graphs'] : [],
    (model.opsetImport ?? [])
      .filter(({ domain }) => ALLOWED_OPERATORS[domain ?? ''] === undefined)
      .map(({ domain }) => `the operator domain "${domain ?? ''}"`),
  ].flat();
}

function refusedByGraph(graph: GraphMessage, maxNodes: number): readonly string[] {
  const nodes = graph.node ?? [];
  return [
    nodes.length > maxNodes ? [`${String(nodes.length)} nodes, more than ${String(maxNodes)}`] : [],
    (graph.sparseInitializer ?? []).length > 0 ? ['sparse tensors'] : [],
    ...(graph.initializer ?? []).map((tensor) => refusedByTensor(tensor)),
    ...nodes.map(({ domain = '', opType, attribute = [] }) => [
      ...(ALLOWED_OPERATORS[domain]?.has(opType) === true ? [] : [`the operator ${operatorName(domain, opType)}`]),
      ...attribute.flatMap((one) => refusedByAttribute(one, operatorName(domain, opType))),
    ]),
  ].flat();
}

function refusedByAttribute(attribute: AttributeMessage, operator: string): readonly string[] {
  const { g, graphs = [], sparseTensor, sparseTensors = [], t, tensors = [] } = attribute;
  return [
    g !== undefined || graphs.length > 0 ? [`a subgraph in ${operator}`] : [],
    sparseTensor !== undefined || sparseTensors.length > 0 ? ['sparse tensors'] : [],
    ...[...(t === undefined ? [] : [t]), ...tensors].map((tensor) => refusedByTensor(tensor)),
  ].flat();
}

function refusedByTensor({ name, dataLocation, externalData = [] }: TensorMessage): readonly string[] {
  return dataLocation === EXTERNAL_LOCATION || externalData.length > 0 ? [`data of tensor "${name ?? ''}" in another file`] : [];
}

function countOperators(graph: GraphMessage): { readonly [operator: string]: number } {
  const counts = new Map<string, number>();
  for (const { domain = '', opType } of graph.node ?? []) {
    const name = operatorName(domain, opType);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function operatorName(domain: string, opType: string): string {
  return domain === '' ? opType : `${domain}.${opType}`;
}

function isInitializer(graph: GraphMessage, name: string): boolean {
  return (graph.initializer ?? []).some((tensor) => tensor.name === name);
}

function summarise({ name, type }: ValueInfoMessage): ValueSummary {
  const elemType = type?.tensorType?.elemType ?? 0;
  const known = Object.entries(ELEMENT_TYPES).find(([, number]) => number === elemType);
  const dims = type?.tensorType?.shape?.dim ?? [];
  return { name, elementType: known?.[0] ?? String(elemType), shape: dims.map(({ dimValue }) => dimValue ?? null) };
}

function notAllowed(refused: readonly string[]): PipelineError {
  return new PipelineError('ONNX_NOT_ALLOWED', {
    what: `the model may not be used: ${refused.join('; ')}`,
    details: { refused },
  });
}
