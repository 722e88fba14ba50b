import type { JsonObject } from '../../contracts/json.js';
import type { Severity } from '../../contracts/stages/validate.js';
import type { Kind } from '../../errors/check-call.js';
import { aNumber, aText, oneOfWords, optional } from '../../errors/kinds.js';
import type { Column } from '../../schema/column.js';
import type { Duration } from '../duration.js';
import { kindOf } from '../expressions/check-operands.js';
import type { Operand } from '../expressions/expression.js';
import type { ConditionOfRows } from '../expressions/operand-types.js';
import type { ColumnNeed } from '../lint/column-use.js';

/** What a check asks of its column. `event time`: it takes the event time of the schema by itself. Null: it takes none. */
export type CheckNeed = ColumnNeed | 'event time' | null;

/** One expectation about a data set; becomes a `CheckSpec` in the plan. */
export interface Check<C extends Column = Column> {
  readonly check: string;
  readonly column: C | null;
  readonly need: CheckNeed;
  readonly options: CheckOptions & { readonly mostly?: number; readonly where?: unknown };
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

export interface RowCheckOptions<Where extends Operand = Operand> extends CheckOptions {
  /** Share of rows, 0..1, that must pass; default 1. */
  readonly mostly?: number;
  /**
   * The rows that the check looks at: `eq(flights.cancelled, 0)`. A row for which it is false or null is not looked at. Default: all rows.
   */
  readonly where?: ConditionOfRows<Where, 'where'>;
}

/** An expression whose value is true or false. */
const aCondition: Kind = {
  expected: 'a condition of a row such as eq(flights.cancelled, 0)',
  holds: (value) => ['boolean', 'any'].includes(kindOf(value) ?? ''),
};

export const checkOptionKinds = { id: optional(aText), severity: optional(oneOfWords('error', 'warn', 'info')) };
export const rowCheckOptionKinds = { ...checkOptionKinds, mostly: optional(aNumber), where: optional(aCondition) };
