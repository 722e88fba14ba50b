import type { JsonObject } from '../../contracts/json.js';
import type { Severity } from '../../contracts/stages/validate.js';
import { aNumber, aText, oneOfWords, optional } from '../../errors/kinds.js';
import type { Column } from '../../schema/column.js';
import type { Duration } from '../duration.js';
import type { ColumnNeed } from '../lint/column-use.js';

/** What a check asks of its column. `event time`: it takes the event time of the schema by itself. Null: it takes none. */
export type CheckNeed = ColumnNeed | 'event time' | null;

/** One expectation about a data set; becomes a `CheckSpec` in the plan. */
export interface Check<C extends Column = Column> {
  readonly check: string;
  readonly column: C | null;
  readonly need: CheckNeed;
  readonly options: CheckOptions & { readonly mostly?: number };
  readonly arguments: { readonly [name: string]: unknown };
  /** Arguments that a pipeline file writes as durations: `max` becomes `maxMs` in the plan. */
  readonly durations: { readonly [name: string]: Duration };
  /** What is wrong with arguments that are right one by one. */
  readonly problems: (values: JsonObject) => readonly string[];
}

export interface CheckOptions {
  /** Default: the check's name and its column, `not_null:delay`. */
  readonly id?: string;
  /** `error` (default) fails the step, `warn` and `info` only show in the report. */
  readonly severity?: Severity;
}

export interface RowCheckOptions extends CheckOptions {
  /** Share of rows, 0..1, that must pass; default 1. */
  readonly mostly?: number;
}

export const checkOptionKinds = { id: optional(aText), severity: optional(oneOfWords('error', 'warn', 'info')) };
export const rowCheckOptionKinds = { ...checkOptionKinds, mostly: optional(aNumber) };
