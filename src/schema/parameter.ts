import { checkCall } from '../errors/check-call.js';
import { aBoolean, aNumber, aText, either, listOf, optional, optionsOf } from '../errors/kinds.js';
import type { JsonObject, JsonPrimitive } from '../contracts/json.js';

/** What a parameter may stand for: `date` is an ISO date such as `2001-01-31`, everything else `plain`. */
export type ParameterFormat = 'date' | 'plain';

/** What a parameter may be: one value, or a list of such. */
export type ParameterValue = JsonPrimitive | readonly JsonPrimitive[];

/** One parameter of a pipeline, before it has a name. `HasDefault` decides whether a start may leave it out. */
export interface Parameter<
  Value extends ParameterValue = ParameterValue,
  HasDefault extends boolean = boolean,
  Format extends ParameterFormat = ParameterFormat,
> {
  /** JSON Schema (draft 2020-12) of the value, with its `default` where it has one. */
  readonly parameter: JsonObject;
  readonly hasDefault: HasDefault;
  readonly format: Format;
  /** Never set; carries the value's type. */
  readonly value?: Value;
}

/** Parameters by name, as `definePipeline` takes them. */
export type ParameterShape = { readonly [name: string]: Parameter };

/** Parameters by name, none of them a list. */
export type ScalarShape = { readonly [name: string]: Parameter<JsonPrimitive> };

type Flat<T> = { readonly [Key in keyof T]: T[Key] };
type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;

/** The parameter object that a start takes: parameters with a default may be left out. */
export type ParameterInput<Shape extends ParameterShape> = Flat<
  { readonly [Name in keyof Shape as Shape[Name]['hasDefault'] extends true ? never : Name]: ValueOf<Shape[Name]> } & {
    readonly [Name in keyof Shape as Shape[Name]['hasDefault'] extends true ? Name : never]?: ValueOf<Shape[Name]>;
  }
>;

/** The values of the parameters of a run: complete, those with a default too. */
export type ParameterValues<Shape extends ParameterShape> = { readonly [Name in keyof Shape]: ValueOf<Shape[Name]> };

type DefaultOf<Value> = { readonly default: Value };

/** Builds a parameter from its JSON Schema; the builders of each type are thin wrappers of this. */
export function parameterOf<Value extends ParameterValue, HasDefault extends boolean, Format extends ParameterFormat>(
  parameter: JsonObject,
  hasDefault: HasDefault,
  format: Format,
): Parameter<Value, HasDefault, Format> {
  return Object.freeze({ parameter: Object.freeze(parameter), hasDefault, format });
}

function has(options: { readonly default?: JsonPrimitive }): boolean {
  return options.default !== undefined;
}

/** A calendar day in UTC, written `YYYY-MM-DD`. */
export function date(options: DefaultOf<string> & { readonly description?: string }): Parameter<string, true, 'date'>;
export function date(options?: { readonly description?: string }): Parameter<string, false, 'date'>;
export function date(
  options: { readonly default?: string; readonly description?: string } = {},
): Parameter<string, boolean, 'date'> {
  checkCall('param.date', { options }, { options: optionsOf({ default: optional(aText), description: optional(aText) }) });
  return parameterOf({ type: 'string', format: 'date', ...options }, has(options), 'date');
}

interface NumberOptions {
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
  readonly description?: string;
}

const bound = optional(aNumber);
const NUMBER_OPTIONS = { min: bound, max: bound, default: bound, description: optional(aText) };

/** JSON Schema keywords of a bounded number; both bounds are inclusive. */
function numberSchema(type: 'number' | 'integer', options: NumberOptions): JsonObject {
  const { min, max, ...rest } = options;
  return { type, ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }), ...rest };
}

/** A finite number within inclusive bounds. */
export function number(options: NumberOptions & DefaultOf<number>): Parameter<number, true, 'plain'>;
export function number(options?: Omit<NumberOptions, 'default'>): Parameter<number, false, 'plain'>;
export function number(options: NumberOptions = {}): Parameter<number, boolean, 'plain'> {
  checkCall('param.number', { options }, { options: optionsOf(NUMBER_OPTIONS) });
  return parameterOf(numberSchema('number', options), has(options), 'plain');
}

/** A whole number within inclusive bounds. */
export function integer(options: NumberOptions & DefaultOf<number>): Parameter<number, true, 'plain'>;
export function integer(options?: Omit<NumberOptions, 'default'>): Parameter<number, false, 'plain'>;
export function integer(options: NumberOptions = {}): Parameter<number, boolean, 'plain'> {
  checkCall('param.integer', { options }, { options: optionsOf(NUMBER_OPTIONS) });
  return parameterOf(numberSchema('integer', options), has(options), 'plain');
}

/** True or false. */
export function boolean(options: DefaultOf<boolean> & { readonly description?: string }): Parameter<boolean, true, 'plain'>;
export function boolean(options?: { readonly description?: string }): Parameter<boolean, false, 'plain'>;
export function boolean(
  options: { readonly default?: boolean; readonly description?: string } = {},
): Parameter<boolean, boolean, 'plain'> {
  checkCall('param.boolean', { options }, { options: optionsOf({ default: optional(aBoolean), description: optional(aText) }) });
  return parameterOf({ type: 'boolean', ...options }, has(options), 'plain');
}

interface StringOptions {
  readonly minLength?: number;
  readonly maxLength?: number;
  /** ECMAScript regular expression, not anchored. */
  readonly pattern?: string;
  readonly default?: string;
  readonly description?: string;
}

/** Any string, optionally bounded in length or by a pattern. */
export function string(options: StringOptions & DefaultOf<string>): Parameter<string, true, 'plain'>;
export function string(options?: Omit<StringOptions, 'default'>): Parameter<string, false, 'plain'>;
export function string(options: StringOptions = {}): Parameter<string, boolean, 'plain'> {
  const [count, some] = [optional(aNumber), optional(aText)];
  const kinds = { minLength: count, maxLength: count, pattern: some, default: some, description: some };
  checkCall('param.string', { options }, { options: optionsOf(kinds) });
  return parameterOf({ type: 'string', ...options }, has(options), 'plain');
}

/** One of the listed strings or numbers. */
export function oneOf<const Value extends string | number>(
  values: readonly Value[],
  options: DefaultOf<NoInfer<Value>> & { readonly description?: string },
): Parameter<Value, true, 'plain'>;
export function oneOf<const Value extends string | number>(
  values: readonly Value[],
  options?: { readonly description?: string },
): Parameter<Value, false, 'plain'>;
export function oneOf<const Value extends string | number>(
  values: readonly Value[],
  options: { readonly default?: Value; readonly description?: string } = {},
): Parameter<Value, boolean, 'plain'> {
  const value = either(aText, aNumber);
  const kinds = { default: optional(value), description: optional(aText) };
  checkCall('param.oneOf', { values, options }, { values: listOf(value), options: optionsOf(kinds) });
  return parameterOf({ enum: values, ...options }, has(options), 'plain');
}
