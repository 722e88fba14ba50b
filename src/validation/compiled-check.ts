import type { SqlValue } from '../data/duckdb.js';
import type { CheckSpec } from '../contracts/stages.js';

/** Values of a check's aggregates, in the order of its `aggregates`. */
export type AggregateValues = readonly (SqlValue | undefined)[];

export interface CheckVerdict {
  readonly passed: boolean;
  readonly observed: number | string | null;
  readonly failingRows: number;
}

/** A check as SQL aggregates over the dataset's rows, and how to judge their values. */
export interface CompiledCheck {
  readonly spec: CheckSpec;
  readonly expected: string;
  readonly aggregates: readonly string[];
  /** Column whose distinct values, each with its number of rows as `n`, the aggregates are over instead of the rows. */
  readonly byValueOf?: string;
  judge(values: AggregateValues, rows: number): CheckVerdict;
}

/** A check, or what is wrong with its arguments. */
export type CompileResult = { readonly check: CompiledCheck } | { readonly problems: readonly string[] };
