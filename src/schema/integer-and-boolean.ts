import { checkCall } from '../errors/check-call.js';
import { aBoolean, aNumber, aText, optional, optionsOf } from '../errors/kinds.js';
import type { Column } from './column.js';
import { columnOf } from './column.js';
import type { Parameter } from './parameter.js';
import { numberSchema, parameterOf } from './parameter.js';

/** Without a default it reads as a column or a required parameter, whichever the place asks for. */
export type IntegerField = Column<'integer'> & Parameter<number, false, 'plain'>;
export type BooleanField = Column<'boolean'> & Parameter<boolean, false, 'plain'>;

interface IntegerOptions {
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  readonly default?: number;
  readonly description?: string;
}

/** A whole number within inclusive bounds. With `default` it is a parameter that a start may leave out. */
export function integer(options: Omit<IntegerOptions, 'unit'> & { readonly default: number }): Parameter<number, true, 'plain'>;
export function integer(options?: Omit<IntegerOptions, 'default'>): IntegerField;
export function integer(options: IntegerOptions = {}): IntegerField | Parameter<number, true, 'plain'> {
  const bound = optional(aNumber);
  const kinds = { min: bound, max: bound, default: bound, unit: optional(aText), description: optional(aText) };
  checkCall('integer', { options }, { options: optionsOf(kinds) });
  const { unit, description, ...bounds } = options;
  const schema = numberSchema('integer', { ...bounds, ...(description === undefined ? {} : { description }) });
  if (options.default !== undefined) return parameterOf<number, true, 'plain'>(schema, true, 'plain');
  return Object.freeze({
    ...columnOf<'integer'>({ type: 'integer', nullable: false, ...bounds, ...(unit === undefined ? {} : { unit }) }),
    ...parameterOf<number, false, 'plain'>(schema, false, 'plain'),
  });
}

/** True or false. With `default` it is a parameter that a start may leave out. */
export function boolean(options: { readonly default: boolean; readonly description?: string }): Parameter<boolean, true, 'plain'>;
export function boolean(options?: { readonly description?: string }): BooleanField;
export function boolean(
  options: { readonly default?: boolean; readonly description?: string } = {},
): BooleanField | Parameter<boolean, true, 'plain'> {
  checkCall('boolean', { options }, { options: optionsOf({ default: optional(aBoolean), description: optional(aText) }) });
  const schema = { type: 'boolean', ...options };
  if (options.default !== undefined) return parameterOf<boolean, true, 'plain'>(schema, true, 'plain');
  return Object.freeze({
    ...columnOf<'boolean'>({ type: 'boolean', nullable: false }),
    ...parameterOf<boolean, false, 'plain'>(schema, false, 'plain'),
  });
}
