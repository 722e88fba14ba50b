import type { JsonPrimitive } from '../json.js';
import type { InputBinding, ParameterMarker } from '../plan.js';

/** One side of a comparison: a value, a parameter of the run, a recorded result, or what arithmetic makes of such. */
export type Operand = { readonly value: JsonPrimitive } | ParameterMarker | InputBinding | Calculation;

export type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'neg' | 'abs';
/** Of `neg` and `abs` one operand, of the others two. Null when one is null. */
export type Calculation = { readonly op: Arithmetic; readonly operands: readonly Operand[] };

export type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

/** A yes-or-no question about parameters and recorded results, as data: it is answered by the scheduler, the same on every replay. */
export type Condition =
  | { readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly op: 'not'; readonly condition: Condition };
