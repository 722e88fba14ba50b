import { checkComparison } from './check-operands.js';
import type { ComparisonOperator, Expression, Operand } from './expression.js';
import { createExpression } from './expression.js';
import type { ComparedWith, EqualTo, OrderedFor, ReadsOf, ValueFor } from './operand-types.js';

function comparison(op: ComparisonOperator, left: unknown, right: unknown): Expression<'boolean', never> {
  checkComparison(op, left, right, op !== 'eq' && op !== 'ne');
  return createExpression(op, [left, right]);
}

/**
 * Whether the left side is larger: numbers by size, texts by code point, timestamps by time; a date or date-time stands for a timestamp.
 * In a row, null and what is compared with it are null. In a condition of a run, a null fails the guarded steps.
 */
export function gt<const Left extends Operand, const Right extends Operand>(
  left: OrderedFor<Left, 'gt'>,
  right: ComparedWith<Left, Right, 'gt'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function gt(left: unknown, right: unknown): Expression {
  return comparison('gt', left, right);
}

/** As `gt`, or equal. */
export function gte<const Left extends Operand, const Right extends Operand>(
  left: OrderedFor<Left, 'gte'>,
  right: ComparedWith<Left, Right, 'gte'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function gte(left: unknown, right: unknown): Expression {
  return comparison('gte', left, right);
}

/** Whether the left side is smaller; kinds and null as in `gt`. */
export function lt<const Left extends Operand, const Right extends Operand>(
  left: OrderedFor<Left, 'lt'>,
  right: ComparedWith<Left, Right, 'lt'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function lt(left: unknown, right: unknown): Expression {
  return comparison('lt', left, right);
}

/** As `lt`, or equal. */
export function lte<const Left extends Operand, const Right extends Operand>(
  left: OrderedFor<Left, 'lte'>,
  right: ComparedWith<Left, Right, 'lte'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function lte(left: unknown, right: unknown): Expression {
  return comparison('lte', left, right);
}

/** The same value. In a row, what is compared with null is null; in a condition of a run, null equals null only. Ask for null with `isNull`. */
export function eq<const Left extends Operand, const Right extends Operand>(
  left: ValueFor<Left, 'eq'>,
  right: EqualTo<Left, Right, 'eq'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function eq(left: unknown, right: unknown): Expression {
  return comparison('eq', left, right);
}

/** The opposite of `eq`. */
export function ne<const Left extends Operand, const Right extends Operand>(
  left: ValueFor<Left, 'ne'>,
  right: EqualTo<Left, Right, 'ne'>,
): Expression<'boolean', ReadsOf<Left> | ReadsOf<Right>>;
export function ne(left: unknown, right: unknown): Expression {
  return comparison('ne', left, right);
}
