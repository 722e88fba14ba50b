import { PipelineError } from '../errors/pipeline-error.js';
import type { AttributeMessage, ElementType, NodeMessage, TensorMessage, ValueInfoMessage } from './messages.js';
import { ATTRIBUTE_TYPES, ELEMENT_TYPES, encodeModel } from './messages.js';

/** Where an operator is defined: ONNX itself, or its operators for machine learning. */
export type OnnxDomain = '' | 'ai.onnx.ml';

/** A constant of a graph. */
export type OnnxTensor =
  | { readonly type: 'float'; readonly dims: readonly number[]; readonly data: ArrayLike<number> }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: ArrayLike<number | bigint> }
  | { readonly type: 'string'; readonly dims: readonly number[]; readonly data: readonly string[] };

/** Exactly one of ONNX's attribute kinds. `i` and `ints` are integers below 2^53; `f` and `floats` are rounded to float32. */
export type OnnxAttribute =
  | { readonly i: number }
  | { readonly f: number }
  | { readonly s: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor };

/** Attributes of an ONNX node, by name. */
export type OnnxAttributes = { readonly [name: string]: OnnxAttribute };

const IR_VERSION = 8;
const OPSETS = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
] as const;

/**
 * Builds one ONNX model (IR 8, opset 17, ai.onnx.ml 3) in the order of the calls. Values must be made before they are read.
 * Deterministic: the same calls give the same bytes.
 * Errors: ONNX_GRAPH_INVALID for a name made twice, a name read before it is made, or data that does not fill its shape.
 */
export class GraphBuilder {
  readonly #inputs: ValueInfoMessage[] = [];
  readonly #outputs: ValueInfoMessage[] = [];
  readonly #nodes: NodeMessage[] = [];
  readonly #initializers: TensorMessage[] = [];
  readonly #values = new Set<string>();

  /** `null` in a shape is a dimension that is known at run time only, such as the number of rows. */
  input(name: string, type: ElementType, shape: readonly (number | null)[]): void {
    this.#make(name, 'input');
    this.#inputs.push(valueInfo(name, type, shape));
  }

  /** An empty string among the inputs leaves an optional one out. */
  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxAttributes = {},
    domain: OnnxDomain = '',
  ): void {
    for (const input of inputs) if (input !== '') this.#read(input, `node ${opType}`);
    for (const output of outputs) this.#make(output, `node ${opType}`);
    const attribute = Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => attributeMessage(name, value));
    this.#nodes.push({
      input: inputs,
      output: outputs,
      name: `${opType}_${String(this.#nodes.length)}`,
      opType,
      attribute,
      ...(domain === '' ? {} : { domain }),
    });
  }

  initializer(name: string, tensor: OnnxTensor): void {
    this.#make(name, 'initializer');
    this.#initializers.push({ ...tensorMessage(name, tensor), name });
  }

  output(name: string, type: ElementType, shape: readonly (number | null)[]): void {
    this.#read(name, 'output');
    this.#outputs.push(valueInfo(name, type, shape));
  }

  toBytes(): Uint8Array {
    if (this.#outputs.length === 0) throw new PipelineError('ONNX_GRAPH_INVALID', { what: 'the graph has no output' });
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'perennial',
      graph: {
        name: 'perennial',
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: OPSETS,
    });
  }

  #make(name: string, where: string): void {
    if (name === '' || this.#values.has(name)) {
      throw new PipelineError('ONNX_GRAPH_INVALID', {
        what: `value "${name}" is ${name === '' ? 'nameless' : 'made twice'}`,
        where,
      });
    }
    this.#values.add(name);
  }

  #read(name: string, where: string): void {
    if (this.#values.has(name)) return;
    throw new PipelineError('ONNX_GRAPH_INVALID', {
      what: `value "${name}" is read before it is made`,
      where,
      expected: `one of ${[...this.#values].join(', ')}`,
    });
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly (number | null)[]): ValueInfoMessage {
  const dim = shape.map((size) => (size === null ? {} : { dimValue: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

function attributeMessage(name: string, value: OnnxAttribute): AttributeMessage {
  if ('i' in value) return { name, type: ATTRIBUTE_TYPES.i, i: value.i };
  if ('f' in value) return { name, type: ATTRIBUTE_TYPES.f, f: value.f };
  if ('s' in value) return { name, type: ATTRIBUTE_TYPES.s, s: Buffer.from(value.s) };
  if ('ints' in value) return { name, type: ATTRIBUTE_TYPES.ints, ints: Array.from(value.ints) };
  if ('floats' in value) return { name, type: ATTRIBUTE_TYPES.floats, floats: Array.from(value.floats) };
  if ('strings' in value) return { name, type: ATTRIBUTE_TYPES.strings, strings: value.strings.map((text) => Buffer.from(text)) };
  return { name, type: ATTRIBUTE_TYPES.tensor, t: tensorMessage(name, value.tensor) };
}

function tensorMessage(name: string, tensor: OnnxTensor): TensorMessage {
  const size = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (size !== tensor.data.length) {
    throw new PipelineError('ONNX_GRAPH_INVALID', {
      what: `the data of tensor "${name}" do not fill its shape [${tensor.dims.join(', ')}]`,
      expected: `${String(size)} values`,
      received: String(tensor.data.length),
    });
  }
  const message = { dims: tensor.dims, dataType: ELEMENT_TYPES[tensor.type] };
  switch (tensor.type) {
    case 'float':
      return { ...message, rawData: bytesOf(Float32Array.from(tensor.data)) };
    case 'int64':
      return { ...message, rawData: bytesOf(BigInt64Array.from(Array.from(tensor.data, BigInt))) };
    case 'string':
      return { ...message, stringData: tensor.data.map((text) => Buffer.from(text)) };
  }
}

/** Little-endian, as ONNX's raw data and every platform that ONNX Runtime runs on. */
function bytesOf(array: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
