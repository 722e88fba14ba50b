import type { TensorDatatype } from '../../contracts/model.js';
import { GraphBuilder } from '../../onnx/model-builder.js';
import type { Encoder, EncoderSet } from './encoder.js';
import { featureNamesOf, rawColumnsOf, stateOf, wrongResult } from './encoder.js';
import { castToFloat } from './graph-parts.js';
import { TRANSFORMS } from '../transforms.js';

const ELEMENT_TYPES = { INT64: 'int64', FP32: 'float', BOOL: 'bool', BYTES: 'string' } as const satisfies Record<
  TensorDatatype,
  string
>;
/**
 * Writes the raw inputs ([N, 1] each) and the nodes that turn them into features, and returns the name of the tensor float[N, F].
 * The caller goes on from there, or makes that tensor the output. Equal to the SQL of `encodedRows`, bit for bit: both are float32.
 * Missing values on the wire: NaN for a number, the empty string for a category.
 * Errors: FEATURE_TRANSFORM_INVALID when a joint key has more possible values than an integer holds.
 */
export function buildPreprocessGraph(builder: GraphBuilder, { inputs, encoders }: EncoderSet): string {
  for (const input of inputs) builder.input(input.name, ELEMENT_TYPES[input.datatype], [null, 1]);
  const datatypes = new Map(inputs.map(({ name, datatype }) => [name, datatype]));
  const parts = encoders.map((encoder, position) => encode(builder, encoder, datatypes, `preprocess/${String(position)}`));
  builder.node('Concat', parts, ['preprocess/features'], { axis: { i: 1 } });
  return 'preprocess/features';
}

/** A model of its own that goes from raw columns to `features`, float[N, F]. */
export function preprocessModel(encoders: EncoderSet): Uint8Array {
  const builder = new GraphBuilder();
  builder.node('Identity', [buildPreprocessGraph(builder, encoders)], ['features']);
  builder.output('features', 'float', [null, encoders.encoders.flatMap(featureNamesOf).length]);
  return builder.toBytes();
}

function encode(builder: GraphBuilder, encoder: Encoder, datatypes: ReadonlyMap<string, TensorDatatype>, prefix: string): string {
  const kind = TRANSFORMS.named(encoder.transform);
  const inputs = rawColumnsOf(encoder).map((column, position) => {
    if (datatypes.get(column) !== 'BOOL') return column;
    return castToFloat({ builder, prefix: position === 0 ? prefix : `${prefix}/input_${String(position)}` }, column);
  });
  const made: unknown = kind.onnx({ builder, inputs, state: stateOf(encoder), prefix, feature: encoder.feature });
  if (typeof made === 'string') return made;
  throw wrongResult(kind, 'onnx', 'the name of a tensor');
}
