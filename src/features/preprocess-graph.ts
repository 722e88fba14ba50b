import type { TensorDatatype } from '../contracts/model.js';
import { GraphBuilder } from '../onnx/model-builder.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Encoder, EncoderSet } from './encoder.js';
import { featureNamesOf } from './encoder.js';

const ELEMENT_TYPES = { INT64: 'int64', FP32: 'float', BOOL: 'bool', BYTES: 'string' } as const satisfies Record<
  TensorDatatype,
  string
>;
const FLOAT = 1;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Writes the raw inputs ([N, 1] each) and the nodes that turn them into features, and returns the name of the tensor float[N, F].
 * The caller goes on from there, or makes that tensor the output. Equal to the SQL of `encodedRows`, bit for bit: both are float32.
 * Missing values on the wire: NaN for a number, the empty string for a category.
 * Errors: FEATURE_TRANSFORM_INVALID when a joint key has more possible values than an integer holds.
 */
export function buildPreprocessGraph(builder: GraphBuilder, { inputs, encoders }: EncoderSet): string {
  for (const input of inputs) builder.input(input.name, ELEMENT_TYPES[input.datatype], [null, 1]);
  const datatypes = new Map(inputs.map(({ name, datatype }) => [name, datatype]));
  const parts = encoders.map((encoder, position) =>
    encode({ builder, encoder, datatypes, prefix: `preprocess/${String(position)}` }),
  );
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

interface Place<Kind extends Encoder = Encoder> {
  readonly builder: GraphBuilder;
  readonly encoder: Kind;
  readonly datatypes: ReadonlyMap<string, TensorDatatype>;
  readonly prefix: string;
}
type Of<Transform extends Encoder['transform']> = Extract<Encoder, { readonly transform: Transform }>;

function encode(place: Place): string {
  const { encoder } = place;
  switch (encoder.transform) {
    case 'hour_of':
      return hourOfDay(place, encoder.column);
    case 'weekday_of':
      return dayOfWeek(place, encoder.column);
    case 'numeric':
      return asFloat(place, encoder.column);
    case 'standardize':
      return standardized({ ...place, encoder });
    case 'one_hot':
      return oneHot({ ...place, encoder });
    case 'target_encode':
      return targetEncoded({ ...place, encoder });
  }
}

/** Mod takes the sign of the divisor, so times before 1970 come out right too. */
function hourOfDay(place: Place, column: string): string {
  const time = integerNode(place, 'Mod', column, DAY_MS, 'time');
  return castToFloat(place, integerNode(place, 'Div', time, HOUR_MS, 'hour'));
}

/** 0 is Sunday: 1970-01-01 was a Thursday. */
function dayOfWeek(place: Place, column: string): string {
  const { builder, prefix } = place;
  const time = integerNode(place, 'Mod', column, DAY_MS, 'time');
  builder.node('Sub', [column, time], [`${prefix}/midnight`]);
  const days = integerNode(place, 'Div', `${prefix}/midnight`, DAY_MS, 'days');
  return castToFloat(place, integerNode(place, 'Mod', integerNode(place, 'Add', days, 4, 'shifted'), 7, 'weekday'));
}

function standardized(place: Place<Of<'standardize'>>): string {
  const { builder, encoder, prefix } = place;
  const value = asFloat(place, encoder.column);
  const constant = (name: string, number: number): string => {
    builder.initializer(`${prefix}/${name}`, { type: 'float', dims: [1], data: [number] });
    return `${prefix}/${name}`;
  };
  builder.node('Sub', [value, constant('mean', encoder.mean)], [`${prefix}/centred`]);
  builder.node('Mul', [`${prefix}/centred`, constant('scale', encoder.scale)], [`${prefix}/scaled`]);
  builder.node('IsNaN', [value], [`${prefix}/missing`]);
  builder.node('Where', [`${prefix}/missing`, constant('zero', 0), `${prefix}/scaled`], [`${prefix}/standard`]);
  return `${prefix}/standard`;
}

function oneHot({ builder, encoder, prefix }: Place<Of<'one_hot'>>): string {
  const attributes = { cats_strings: { strings: encoder.categories }, zeros: { i: 1 } };
  builder.node('OneHotEncoder', [encoder.column], [`${prefix}/cube`], attributes, 'ai.onnx.ml');
  builder.initializer(`${prefix}/axes`, { type: 'int64', dims: [1], data: [1] });
  builder.node('Squeeze', [`${prefix}/cube`, `${prefix}/axes`], [`${prefix}/one_hot`]);
  return `${prefix}/one_hot`;
}

/**
 * A joint key becomes one integer: each column's category its rank (0 = never seen), the ranks the digits of a mixed-radix number.
 * It needs no string operator of newer opsets, and an unseen part can never meet a seen key.
 */
function targetEncoded(place: Place<Of<'target_encode'>>): string {
  const { builder, encoder, prefix } = place;
  const { columns, keys, values, prior } = encoder;
  const encodeTo = { values_floats: { floats: values }, default_float: { f: prior } };
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) {
    const attributes = { keys_strings: { strings: keys.map(([key]) => key ?? '') }, ...encodeTo };
    builder.node('LabelEncoder', [only], [`${prefix}/target`], attributes, 'ai.onnx.ml');
    return `${prefix}/target`;
  }
  const ranks = columns.map(
    (_column, part) => new Map([...new Set(keys.map((key) => key[part] ?? ''))].map((text, rank) => [text, rank + 1])),
  );
  let code = '';
  for (const [part, column] of columns.entries()) {
    const rank = ranks[part] ?? new Map<string, number>();
    const attributes = {
      keys_strings: { strings: [...rank.keys()] },
      values_int64s: { ints: [...rank.values()] },
      default_int64: { i: 0 },
    };
    const digit = `${prefix}/rank_${String(part)}`;
    builder.node('LabelEncoder', [column], [digit], attributes, 'ai.onnx.ml');
    if (part === 0) {
      code = digit;
    } else {
      const shifted = integerNode(place, 'Mul', code, rank.size + 1, `shifted_${String(part)}`);
      code = `${prefix}/code_${String(part)}`;
      builder.node('Add', [shifted, digit], [code]);
    }
  }
  const codes = keys.map((key) => mixedRadix(encoder.feature, key, ranks));
  builder.node('LabelEncoder', [code], [`${prefix}/target`], { keys_int64s: { ints: codes }, ...encodeTo }, 'ai.onnx.ml');
  return `${prefix}/target`;
}

function mixedRadix(feature: string, key: readonly string[], ranks: readonly ReadonlyMap<string, number>[]): number {
  const code = ranks.reduce((sum, rank, part) => sum * (rank.size + 1) + (rank.get(key[part] ?? '') ?? 0), 0);
  if (Number.isSafeInteger(code)) return code;
  throw new PipelineError('FEATURE_TRANSFORM_INVALID', {
    what: `feature "${feature}": its joint key has more possible values than an integer holds`,
    expected: 'a product of the numbers of categories below 2^53',
    cure: 'Encode fewer columns together.',
  });
}

/** A float column as it is, a boolean as 0 or 1. */
function asFloat(place: Place, column: string): string {
  return place.datatypes.get(column) === 'FP32' ? column : castToFloat(place, column);
}

function castToFloat({ builder, prefix }: Place, value: string): string {
  builder.node('Cast', [value], [`${prefix}/float`], { to: { i: FLOAT } });
  return `${prefix}/float`;
}

function integerNode(
  { builder, prefix }: Place,
  opType: 'Mod' | 'Div' | 'Add' | 'Mul',
  value: string,
  operand: number,
  name: string,
): string {
  builder.initializer(`${prefix}/${name}_by`, { type: 'int64', dims: [1], data: [operand] });
  builder.node(opType, [value, `${prefix}/${name}_by`], [`${prefix}/${name}`]);
  return `${prefix}/${name}`;
}
