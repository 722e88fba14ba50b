import { checkConditions, checkValue } from './check-operands.js';
import type { Expression, Operand } from './expression.js';
import { createExpression } from './expression.js';
import type { ConditionFor, ReadsOf, ValueFor } from './operand-types.js';

type Parts = readonly [Operand, ...Operand[]];
type Each<Given extends readonly Operand[], Place extends string> = {
  readonly [Index in keyof Given]: ConditionFor<Given[Index], Place>;
};

function named(parts: readonly unknown[]): { readonly [name: string]: unknown } {
  return parts.length === 0
    ? { condition: undefined }
    : Object.fromEntries(parts.map((part, index) => [`condition ${index + 1}`, part]));
}

/**
 * Whether all hold. In a row: false when one is false, else null when one is null. In a condition of a run it reads from left to right and
 * stops at the first that does not hold.
 */
export function and<const Given extends Parts>(...conditions: Each<Given, 'and'>): Expression<'boolean', ReadsOf<Given[number]>>;
export function and(...conditions: readonly unknown[]): Expression {
  checkConditions('and', named(conditions));
  return createExpression('and', conditions);
}

/**
 * Whether one holds. In a row: true when one is true, else null when one is null. In a condition of a run it reads from left to right and
 * stops at the first that holds.
 */
export function or<const Given extends Parts>(...conditions: Each<Given, 'or'>): Expression<'boolean', ReadsOf<Given[number]>>;
export function or(...conditions: readonly unknown[]): Expression {
  checkConditions('or', named(conditions));
  return createExpression('or', conditions);
}

/** The opposite; null of null. */
export function not<const Given extends Operand>(condition: ConditionFor<Given, 'not'>): Expression<'boolean', ReadsOf<Given>>;
export function not(condition: unknown): Expression {
  checkConditions('not', { condition });
  return createExpression('not', [condition]);
}

/** Whether there is no value: null, or NaN of a number in a row. Never null itself. */
export function isNull<const Given extends Operand>(value: ValueFor<Given, 'isNull'>): Expression<'boolean', ReadsOf<Given>>;
export function isNull(value: unknown): Expression {
  checkValue('isNull', value);
  return createExpression('isNull', [value]);
}
