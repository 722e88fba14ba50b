import type { ModelSignature } from '../contracts/model.js';

/**
 * One fitted transform. All numbers are float32 values, so that SQL and the ONNX graph compute the same bits.
 * A missing category is the empty string; a missing number is NaN.
 */
export type Encoder =
  | { readonly feature: string; readonly transform: 'hour_of' | 'weekday_of' | 'numeric'; readonly column: string }
  | {
      readonly feature: string;
      readonly transform: 'standardize';
      readonly column: string;
      readonly mean: number;
      /** One over the population standard deviation, or 1 when that is 0. */
      readonly scale: number;
    }
  | { readonly feature: string; readonly transform: 'one_hot'; readonly column: string; readonly categories: readonly string[] }
  | {
      readonly feature: string;
      readonly transform: 'target_encode';
      readonly columns: readonly string[];
      /** Value of a key that the training rows did not have: their mean label. */
      readonly prior: number;
      /** One value per column of each key. */
      readonly keys: readonly (readonly string[])[];
      readonly values: readonly number[];
    };

/** `encoders.json` of a feature set: what turns raw columns into features, in the order of the features. */
export type EncoderSet = {
  readonly formatVersion: 1;
  readonly inputs: ModelSignature['inputs'];
  readonly encoders: readonly Encoder[];
};

/** Names of the features that an encoder gives; one-hot gives `feature=category` for each category. */
export function featureNamesOf(encoder: Encoder): readonly string[] {
  if (encoder.transform !== 'one_hot') return [encoder.feature];
  return encoder.categories.map((category) => `${encoder.feature}=${category}`);
}

/** Raw columns that an encoder reads. */
export function rawColumnsOf(encoder: Encoder): readonly string[] {
  return encoder.transform === 'target_encode' ? encoder.columns : [encoder.column];
}
