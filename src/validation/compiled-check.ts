import type { CheckSpec } from '../contracts/stages/validate.js';
import type { AggregateValues, CheckVerdict } from './check-definition.js';

/** A check as SQL aggregates over the dataset's rows, and how to judge their values. */
export interface CompiledCheck {
  readonly spec: CheckSpec;
  readonly expected: string;
  /** The column that the aggregates are over; null when they are over the rows alone. */
  readonly column: string | null;
  readonly aggregates: readonly string[];
  /** The rows that the check looks at, in SQL, and the columns that this reads; absent: all rows. */
  readonly where?: { readonly sql: string; readonly columns: readonly string[] };
  /** True: the aggregates are over the distinct values of `column`, each with its number of rows as `n`, instead of the rows. */
  readonly byValue?: true;
  judge(values: AggregateValues, rows: number): CheckVerdict;
}

/** A check, or what is wrong with its arguments. */
export type CompileResult = { readonly check: CompiledCheck } | { readonly problems: readonly string[] };
