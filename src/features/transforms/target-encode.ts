import type { JsonObject } from '../../contracts/json.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { integerNode } from '../encoding/graph-parts.js';
import type { GraphSubject, Looked, SqlSubject } from '../transform-definition.js';
import { fitTargetMeans } from '../target-means.js';
import { columnsTransform } from '../transform-kind.js';

/** Mean labels of keys. */
interface TargetMeans {
  /** Value of a key that the training rows did not have: their mean label. */
  readonly prior: number;
  /** One value per column of each key. */
  readonly keys: readonly (readonly string[])[];
  readonly values: readonly number[];
}

/**
 * The mean label of the category, smoothed towards the overall mean. Several columns make one joint key. `smoothing`: rows of prior belief in the
 * overall mean, >= 0; default 20. `folds`: parts of the training rows, each encoded by the others, >= 2; default 5. Options come last:
 * `feature.targetEncode(flights.origin, flights.destination, { smoothing: 5 })`.
 */
export const targetEncode = columnsTransform('feature.targetEncode', {
  name: 'target_encode',
  columns: 'category',
  options: {
    properties: { smoothing: { type: 'number', minimum: 0, default: 20 }, folds: { type: 'integer', minimum: 2, default: 5 } },
  },
  lookup: {
    fit: fitTargetMeans,
    entries: (state: JsonObject) => {
      const { keys, values } = state as unknown as TargetMeans;
      return keys.map((key, position) => ({ key, value: values[position] ?? NaN }));
    },
  },
  sql: ({ lookup, state: { prior }, quote }: SqlSubject<TargetMeans> & Looked) => `coalesce(${lookup}, ${quote.float(prior)})`,
  onnx: encoded,
});

/**
 * A joint key becomes one integer: each column's category its rank (0 = never seen), the ranks the digits of a mixed-radix number.
 * It needs no string operator of newer opsets, and an unseen part can never meet a seen key.
 */
function encoded({ builder, inputs, state, prefix, feature }: GraphSubject<TargetMeans>): string {
  const { keys, values, prior } = state;
  const encodeTo = { values_floats: { floats: values }, default_float: { f: prior } };
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) {
    const attributes = { keys_strings: { strings: keys.map(([key]) => key ?? '') }, ...encodeTo };
    builder.node('LabelEncoder', [only], [`${prefix}/target`], attributes, 'ai.onnx.ml');
    return `${prefix}/target`;
  }
  const ranks = inputs.map(
    (_input, part) => new Map([...new Set(keys.map((key) => key[part] ?? ''))].map((text, rank) => [text, rank + 1])),
  );
  let code = '';
  for (const [part, input] of inputs.entries()) {
    const rank = ranks[part] ?? new Map<string, number>();
    const attributes = {
      keys_strings: { strings: [...rank.keys()] },
      values_int64s: { ints: [...rank.values()] },
      default_int64: { i: 0 },
    };
    const digit = `${prefix}/rank_${String(part)}`;
    builder.node('LabelEncoder', [input], [digit], attributes, 'ai.onnx.ml');
    if (part === 0) {
      code = digit;
    } else {
      const shifted = integerNode({ builder, prefix }, 'Mul', code, rank.size + 1, `shifted_${String(part)}`);
      code = `${prefix}/code_${String(part)}`;
      builder.node('Add', [shifted, digit], [code]);
    }
  }
  const codes = keys.map((key) => mixedRadix(feature, key, ranks));
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
