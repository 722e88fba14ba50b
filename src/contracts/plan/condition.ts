import type { JsonPrimitive } from '../json.js';
import type { InputBinding, ParameterMarker } from '../plan.js';

/** One side of a comparison: a value, a parameter of the run, or a recorded result. */
export type Operand = { readonly value: JsonPrimitive } | ParameterMarker | InputBinding;

export type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

/** A yes-or-no question about parameters and recorded results, as data: it is answered by the scheduler, the same on every replay. */
export type Condition =
  | { readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly op: 'not'; readonly condition: Condition };
