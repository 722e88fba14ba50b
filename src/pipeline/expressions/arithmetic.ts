import { checkNumbers } from './check-operands.js';
import type { ArithmeticOperator, Expression, Operand } from './expression.js';
import { createExpression } from './expression.js';
import type { NumberFor, ReadsOf } from './operand-types.js';

function arithmetic(op: ArithmeticOperator, left: unknown, right: unknown): Expression {
  checkNumbers(op, { left, right });
  return createExpression(op, [left, right]);
}

/**
 * The sum, in IEEE 754 double precision; float32 in a derived feature. With null it is null. Infinity and NaN are as IEEE 754 has them in a
 * row, and fail a condition of a run.
 */
export function add<const Left extends Operand, const Right extends Operand>(
  left: NumberFor<Left, 'add'>,
  right: NumberFor<Right, 'add'>,
): Expression<'number', ReadsOf<Left> | ReadsOf<Right>>;
export function add(left: unknown, right: unknown): Expression {
  return arithmetic('add', left, right);
}

/** The left side minus the right one; precision and null as in `add`. */
export function sub<const Left extends Operand, const Right extends Operand>(
  left: NumberFor<Left, 'sub'>,
  right: NumberFor<Right, 'sub'>,
): Expression<'number', ReadsOf<Left> | ReadsOf<Right>>;
export function sub(left: unknown, right: unknown): Expression {
  return arithmetic('sub', left, right);
}

/** The product; precision and null as in `add`. */
export function mul<const Left extends Operand, const Right extends Operand>(
  left: NumberFor<Left, 'mul'>,
  right: NumberFor<Right, 'mul'>,
): Expression<'number', ReadsOf<Left> | ReadsOf<Right>>;
export function mul(left: unknown, right: unknown): Expression {
  return arithmetic('mul', left, right);
}

/** The quotient, also of two integers; by 0 it is Infinity with the sign, or NaN of 0. Precision and null as in `add`. */
export function div<const Left extends Operand, const Right extends Operand>(
  left: NumberFor<Left, 'div'>,
  right: NumberFor<Right, 'div'>,
): Expression<'number', ReadsOf<Left> | ReadsOf<Right>>;
export function div(left: unknown, right: unknown): Expression {
  return arithmetic('div', left, right);
}

/** The number with the other sign. */
export function neg<const Given extends Operand>(value: NumberFor<Given, 'neg'>): Expression<'number', ReadsOf<Given>>;
export function neg(value: unknown): Expression {
  checkNumbers('neg', { value });
  return createExpression('neg', [value]);
}

/** The number without its sign. */
export function abs<const Given extends Operand>(value: NumberFor<Given, 'abs'>): Expression<'number', ReadsOf<Given>>;
export function abs(value: unknown): Expression {
  checkNumbers('abs', { value });
  return createExpression('abs', [value]);
}
