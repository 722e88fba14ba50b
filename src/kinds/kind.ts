import type { OptionsSchema } from './json-schema.js';

/** What every kind has, whatever its door: a check, a transform, a trainer. */
export interface Kind {
  /** As the plan writes it: lower case, digits and `_`. */
  readonly name: string;
  readonly options: OptionsSchema;
}

/** Where a kind that is not built in was defined. */
export interface KindOrigin {
  /** Absolute paths of the files that defined it, the nearest first; empty when it was defined in none. */
  readonly files: readonly string[];
}
