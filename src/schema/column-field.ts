import { checkCall } from '../errors/check-call.js';
import { aBoolean, aNumber, aText, listOf, optional, optionsOf } from '../errors/kinds.js';
import type { ColumnSpec, ColumnType } from '../contracts/dataset.js';

/** One column of a schema, before it has a name. `Type` is known to the compiler. */
export interface ColumnField<Type extends ColumnType = ColumnType> {
  readonly column: Omit<ColumnSpec, 'name' | 'type'> & { readonly type: Type };
  /** The same column, in which values may be missing. */
  nullable(): ColumnField<Type>;
}

/** Builds a column from its specification; the builders of each type are thin wrappers of this. */
export function columnField<Type extends ColumnType>(column: ColumnField<Type>['column']): ColumnField<Type> {
  return Object.freeze({ column: Object.freeze(column), nullable: () => columnField<Type>({ ...column, nullable: true }) });
}

/** A moment in UTC with millisecond resolution. `eventTime` marks the one column that says when the row happened. */
export function timestamp(options: { readonly eventTime?: boolean } = {}): ColumnField<'timestamp'> {
  checkCall('col.timestamp', { options }, { options: optionsOf({ eventTime: optional(aBoolean) }) });
  return columnField({ type: 'timestamp', nullable: false, ...(options.eventTime === true ? { eventTime: true } : {}) });
}

interface NumberOptions {
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

const NUMBER_OPTIONS = { unit: optional(aText), min: optional(aNumber), max: optional(aNumber) };

/** A finite real number. `unit` is documentation; `min` and `max` are inclusive and bound rows at serving time. */
export function float(options: NumberOptions = {}): ColumnField<'float'> {
  checkCall('col.float', { options }, { options: optionsOf(NUMBER_OPTIONS) });
  return columnField({ type: 'float', nullable: false, ...options });
}

/** A whole number. `unit` is documentation; `min` and `max` are inclusive and bound rows at serving time. */
export function integer(options: NumberOptions = {}): ColumnField<'integer'> {
  checkCall('col.integer', { options }, { options: optionsOf(NUMBER_OPTIONS) });
  return columnField({ type: 'integer', nullable: false, ...options });
}

/** True or false. */
export function boolean(): ColumnField<'boolean'> {
  return columnField({ type: 'boolean', nullable: false });
}

/** One of few strings. With `values`, any other string is refused at serving time. */
export function category(options: { readonly values?: readonly string[] } = {}): ColumnField<'category'> {
  checkCall('col.category', { options }, { options: optionsOf({ values: optional(listOf(aText)) }) });
  return columnField({ type: 'category', nullable: false, ...options });
}

/** Free text: carried along, not a feature of the built-in encoders. */
export function text(): ColumnField<'text'> {
  return columnField({ type: 'text', nullable: false });
}
