import { checkCall } from '../../errors/check-call.js';
import { aBoolean, aNumber, aText, either, listOf, optionsOf } from '../../errors/kinds.js';
import { aDuration, bounds, rowCheckOptions, severityOptions } from './kinds.js';
import type { JsonPrimitive } from '../../contracts/json.js';
import type { Severity } from '../../contracts/stages/validate.js';
import type { ColumnName, ColumnNeed } from '../lint/column-use.js';
import type { ColumnTypes } from '../../schema/schema.js';
import type { Duration } from '../duration.js';
import type { Setting } from '../parameter-reference.js';

/** One expectation about a data set; becomes a `CheckSpec` in the plan. */
export interface Check<Name extends string = string, Need extends ColumnNeed = ColumnNeed> {
  readonly check: string;
  readonly column: Name | null;
  readonly need: Need;
  readonly options: CheckOptions & { readonly mostly?: number };
  readonly arguments: { readonly [name: string]: Setting<JsonPrimitive> | readonly JsonPrimitive[] };
  /** Read into the argument `maxMs`. */
  readonly max?: Duration;
}

/** The checks that fit the columns of a data set. */
export type CheckOf<Columns extends ColumnTypes> = { [Need in ColumnNeed]: Check<ColumnName<Columns, Need>, Need> }[ColumnNeed];

interface CheckOptions {
  /** Default: the check's name and its column, `not_null:delay`. */
  readonly id?: string;
  /** `error` (default) fails the step, `warn` and `info` only show in the report. */
  readonly severity?: Severity;
}

interface RowCheckOptions extends CheckOptions {
  /** Share of rows, 0..1, that must pass; default 1. */
  readonly mostly?: number;
}

interface Bounds {
  readonly min?: Setting<number>;
  readonly max?: Setting<number>;
}

/** The data set has at least `min` and at most `max` rows. */
export function rowCount(given: Bounds & CheckOptions): Check<never, 'any'> {
  checkCall('check.rowCount', { options: given }, { options: optionsOf({ ...bounds, ...severityOptions }) });
  const { min, max, ...options } = given;
  return Object.freeze({ check: 'row_count_between', column: null, need: 'any', options, arguments: boundsOf({ min, max }) });
}

/** The column has a value. */
export function notNull<const Name extends string>(column: Name, options: RowCheckOptions = {}): Check<Name, 'any'> {
  checkCall('check.notNull', { column, options }, { column: aText, options: optionsOf(rowCheckOptions) });
  return Object.freeze({ check: 'not_null', column, need: 'any', options, arguments: {} });
}

/** The newest event time is at most `max` before the end of the ingested window, or before now when there is none. */
export function freshness(given: { readonly max: Duration } & CheckOptions): Check<never, 'any'> {
  checkCall('check.freshness', { options: given }, { options: optionsOf({ max: aDuration, ...severityOptions }) });
  const { max, ...options } = given;
  return Object.freeze({ check: 'freshness', column: null, need: 'any', options, arguments: {}, max });
}

/** Values lie within inclusive bounds; missing values pass. */
export function between<const Name extends string>(column: Name, given: Bounds & RowCheckOptions): Check<Name, 'number'> {
  checkCall(
    'check.between',
    { column, options: given },
    { column: aText, options: optionsOf({ ...bounds, ...rowCheckOptions }) },
  );
  const { min, max, ...options } = given;
  return Object.freeze({ check: 'between', column, need: 'number', options, arguments: boundsOf({ min, max }) });
}

/** Values are among those listed; missing values pass. */
export function inSet<const Name extends string>(
  column: Name,
  values: readonly (string | number | boolean)[],
  options: RowCheckOptions = {},
): Check<Name, 'any'> {
  const value = either(aText, aNumber, aBoolean);
  checkCall(
    'check.inSet',
    { column, values, options },
    { column: aText, values: listOf(value), options: optionsOf(rowCheckOptions) },
  );
  return Object.freeze({ check: 'in_set', column, need: 'any', options, arguments: { values } });
}

/** No value occurs twice; missing values pass. */
export function unique<const Name extends string>(column: Name, options: RowCheckOptions = {}): Check<Name, 'any'> {
  checkCall('check.unique', { column, options }, { column: aText, options: optionsOf(rowCheckOptions) });
  return Object.freeze({ check: 'unique', column, need: 'any', options, arguments: {} });
}

function boundsOf({
  min,
  max,
}: {
  readonly min: Bounds['min'] | undefined;
  readonly max: Bounds['max'] | undefined;
}): Check['arguments'] {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
