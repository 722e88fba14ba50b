import type { JsonObject } from '../../contracts/json.js';
import type { DuckDb } from '../../data/duckdb.js';

/** Where the values of a transform that learns from labels come from: a table of `key_0`, ..., `value`, for training rows also `fold`. */
export type TargetLookup = { readonly table: string; readonly folds: number | null };

export interface FittedLookup {
  readonly state: JsonObject;
  readonly outOfFold: TargetLookup;
  readonly full: TargetLookup;
}

/** The parts of a transform that learns from labels: training rows get values that other rows gave. */
export interface LabelLookup {
  /**
   * @param rows - training rows with the columns, `__label` and `__turn` (see `foldOf`).
   * @param keys - the columns in SQL. @param table - a free name for tables.
   */
  fit(db: DuckDb, rows: string, keys: readonly string[], options: JsonObject, table: string): Promise<FittedLookup>;
  /** The keys of a state with the value of each. */
  entries(state: JsonObject): readonly { readonly key: readonly string[]; readonly value: number }[];
}

/** Name of the i-th column of a key in a lookup table. */
export function keyName(position: number): string {
  return `key_${String(position)}`;
}

/** Part 0..folds-1 of a training row, by its `__turn` (see `addTurns`): all parts have the same share of each label. */
export function foldOf(turn: string, folds: number): string {
  return `${turn} % ${String(folds)}`;
}
