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

const LONGEST_CATEGORY = 200;

/**
 * Names of the features that an encoder gives; one-hot gives `feature=category` for each category. They are columns of a file, where case does
 * not count: a category that differs from an earlier one in case alone, or only after 200 characters, gets ` (2)` and so on behind it. Control
 * characters are written as escapes.
 */
export function featureNamesOf(encoder: Encoder): readonly string[] {
  if (encoder.transform !== 'one_hot') return [encoder.feature];
  const taken = new Set<string>();
  return encoder.categories.map((category) => {
    const text = category.slice(0, LONGEST_CATEGORY).replace(/[\p{Cc}\p{Cs}\ufeff]/gu, escaped);
    const name = `${encoder.feature}=${text}`;
    let unique = name;
    for (let times = 2; taken.has(unique.toLowerCase()); times += 1) unique = `${name} (${String(times)})`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** Also for half a character, where a long text is cut: it is no text of a file. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Raw columns that an encoder reads. */
export function rawColumnsOf(encoder: Encoder): readonly string[] {
  return encoder.transform === 'target_encode' ? encoder.columns : [encoder.column];
}
