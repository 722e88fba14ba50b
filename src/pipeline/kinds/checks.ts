import { checkCall } from '../../errors/check-call.js';
import { aBoolean, aNumber, aText, either, listOf, optionsOf } from '../../errors/kinds.js';
import { aColumn, aDuration, bounds, rowCheckOptions, severityOptions } from '../options/kinds.js';
import type { JsonPrimitive } from '../../contracts/json.js';
import type { Severity } from '../../contracts/stages/validate.js';
import type { ColumnNeed, Fitting } from '../lint/column-use.js';
import type { Column } from '../../schema/column.js';
import type { Duration } from '../duration.js';
import type { Setting } from '../parameter-reference.js';

/** One expectation about a data set; becomes a `CheckSpec` in the plan. */
export interface Check<C extends Column = Column> {
  readonly check: string;
  readonly column: C | null;
  readonly need: ColumnNeed;
  readonly options: CheckOptions & { readonly mostly?: number };
  readonly arguments: { readonly [name: string]: Setting<JsonPrimitive> | readonly JsonPrimitive[] };
  /** Of freshness: read into the argument `maxMs`. */
  readonly max: Duration | null;
}

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
export function rowCount(given: Bounds & CheckOptions): Check<never> {
  checkCall('check.rowCount', { options: given }, { options: optionsOf({ ...bounds, ...severityOptions }) });
  const { min, max, ...options } = given;
  return Object.freeze({
    check: 'row_count_between',
    column: null,
    need: 'any',
    options,
    arguments: boundsOf({ min, max }),
    max: null,
  });
}

/** The column has a value. */
export function notNull<C extends Column>(column: C, options: RowCheckOptions = {}): Check<C> {
  checkCall('check.notNull', { column, options }, { column: aColumn, options: optionsOf(rowCheckOptions) });
  return Object.freeze({ check: 'not_null', column, need: 'any', options, arguments: {}, max: null });
}

/** The newest event time is at most `max` before the end of the ingested window, or before now when there is none. */
export function freshness(given: { readonly max: Duration } & CheckOptions): Check<never> {
  checkCall('check.freshness', { options: given }, { options: optionsOf({ max: aDuration, ...severityOptions }) });
  const { max, ...options } = given;
  return Object.freeze({ check: 'freshness', column: null, need: 'any', options, arguments: {}, max });
}

/** Values lie within inclusive bounds; missing values pass. */
export function between<C extends Column>(
  column: Fitting<C, 'number', 'check.between'>,
  given: Bounds & RowCheckOptions,
): Check<C>;
export function between(column: Column, given: Bounds & RowCheckOptions): Check {
  checkCall(
    'check.between',
    { column, options: given },
    { column: aColumn, options: optionsOf({ ...bounds, ...rowCheckOptions }) },
  );
  const { min, max, ...options } = given;
  return Object.freeze({ check: 'between', column, need: 'number', options, arguments: boundsOf({ min, max }), max: null });
}

/** Values are among those listed; missing values pass. */
export function inSet<C extends Column>(
  column: C,
  values: readonly (string | number | boolean)[],
  options: RowCheckOptions = {},
): Check<C> {
  const value = either(aText, aNumber, aBoolean);
  checkCall(
    'check.inSet',
    { column, values, options },
    { column: aColumn, values: listOf(value), options: optionsOf(rowCheckOptions) },
  );
  return Object.freeze({ check: 'in_set', column, need: 'any', options, arguments: { values }, max: null });
}

/** No value occurs twice; missing values pass. */
export function unique<C extends Column>(column: C, options: RowCheckOptions = {}): Check<C> {
  checkCall('check.unique', { column, options }, { column: aColumn, options: optionsOf(rowCheckOptions) });
  return Object.freeze({ check: 'unique', column, need: 'any', options, arguments: {}, max: null });
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
