import type { JsonObject, JsonValue } from '../../contracts/json.js';
import type { ModelSignature } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { TransformKind } from '../transform-definition.js';
import { MEMBERS_OF_ENCODERS, TRANSFORMS } from '../transforms.js';

/**
 * One fitted transform: beside `feature` and `transform` it has `column` or `columns`, and what the transform learned. Its numbers are float32 values,
 * so that SQL and the ONNX graph compute the same bits. A missing category is the empty string; a missing number is NaN.
 */
export type Encoder = JsonObject & { readonly feature: string; readonly transform: string };

/** `encoders.json` of a feature set: what turns raw columns into features, in the order of the features. */
export type EncoderSet = {
  readonly formatVersion: 1;
  readonly inputs: ModelSignature['inputs'];
  readonly encoders: readonly Encoder[];
};

/** Raw columns that an encoder, or a transform of the plan, reads. */
export function rawColumnsOf({ column, columns }: JsonObject): readonly string[] {
  const named = [columns ?? column ?? []].flat() as readonly JsonValue[];
  return named.filter((name): name is string => typeof name === 'string');
}

/** An encoder without its name, its transform and its columns: what the transform learned; of a transform of the plan, its options. */
export function stateOf(encoder: JsonObject): JsonObject {
  const others: readonly string[] = MEMBERS_OF_ENCODERS;
  return Object.fromEntries(Object.entries(encoder).filter(([name]) => !others.includes(name)));
}

/** Names of the features that an encoder gives. */
export function featureNamesOf(encoder: Encoder): readonly string[] {
  const kind = TRANSFORMS.named(encoder.transform);
  const names: unknown = kind.features === undefined ? [encoder.feature] : kind.features(encoder.feature, stateOf(encoder));
  if (Array.isArray(names) && names.every((name): name is string => typeof name === 'string' && name !== '')) return names;
  throw wrongResult(kind, 'features', 'a list of names');
}

export function wrongResult(kind: TransformKind, part: string, expected: string): PipelineError {
  return new PipelineError('EXTENSION_RESULT_INVALID', {
    what: `\`${part}\` of the transform "${kind.name}" returned something else`,
    expected,
  });
}
