import { checkCall } from '../errors/check-call.js';
import { aNumber, aPrimitive, aText, listOf, made, optional, optionsOf } from '../errors/kinds.js';
import type { JsonPrimitive } from '../contracts/json.js';
import type { Parameter } from './parameter.js';
import { parameterOf } from './parameter.js';

interface ListOptions {
  /** Fewest items, >= 0. */
  readonly min?: number;
  /** Most items. */
  readonly max?: number;
  readonly description?: string;
}

const aParameterField = made(
  'a parameter such as param.string()',
  ({ parameter }) => typeof parameter === 'object' && parameter !== null,
);

/**
 * A list of values of one type, in order: `param.list(param.string())`, `param.list(param.oneOf(['ATL', 'JFK']), { min: 1 })`.
 * The items have no default of their own and are no lists. `p.map` runs over it.
 */
export function list<Value extends JsonPrimitive>(
  item: Parameter<Value, false>,
  options: ListOptions & { readonly default: readonly NoInfer<Value>[] },
): Parameter<readonly Value[], true, 'plain'>;
export function list<Value extends JsonPrimitive>(
  item: Parameter<Value, false>,
  options?: ListOptions,
): Parameter<readonly Value[], false, 'plain'>;
export function list<Value extends JsonPrimitive>(
  item: Parameter<Value, false>,
  options: ListOptions & { readonly default?: readonly Value[] } = {},
): Parameter<readonly Value[], boolean, 'plain'> {
  const kinds = {
    min: optional(aNumber),
    max: optional(aNumber),
    description: optional(aText),
    default: optional(listOf(aPrimitive)),
  };
  checkCall('param.list', { item, options }, { item: aParameterField, options: optionsOf(kinds) });
  const { min, max, ...rest } = options;
  const bounds = { ...(min === undefined ? {} : { minItems: min }), ...(max === undefined ? {} : { maxItems: max }) };
  return parameterOf({ type: 'array', items: item.parameter, ...bounds, ...rest }, options.default !== undefined, 'plain');
}
