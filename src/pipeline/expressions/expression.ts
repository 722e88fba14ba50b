import { PipelineError } from '../../errors/pipeline-error.js';
import type { Column } from '../../schema/column.js';
import type { ParameterReference } from '../references/parameter-reference.js';
import type { Ref } from '../references/reference.js';

declare const KIND: unique symbol;
declare const READS: unique symbol;

/** What the value of an expression or of one of its operands is. */
export type ValueKind = 'number' | 'text' | 'boolean' | 'timestamp';

/** Marks, in what an expression reads, that a part of it is text of SQL: it has no other form. */
export interface SqlText {
  readonly [KIND]: 'sql';
}

export type ComparisonOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'ne';
export type LogicOperator = 'and' | 'or' | 'not' | 'isNull';
export type ArithmeticOperator = 'add' | 'sub' | 'mul' | 'div' | 'neg' | 'abs';
export type Operator = ComparisonOperator | LogicOperator | ArithmeticOperator;

/**
 * A value that is worked out later: of each row, when it reads columns; of a run, when it reads results. `Kind` is what comes out, `sql`
 * what only the engine knows; `Reads` is all that it reads: columns, `Ref` for results, `SqlText`.
 */
export interface Expression<Kind extends ValueKind | 'sql' = ValueKind | 'sql', Reads = unknown> {
  readonly op: Operator | 'sql';
  /** Operands; of `sql` the parts of the text, and the operands between them. */
  readonly operands: readonly unknown[];
  readonly [KIND]: Kind;
  readonly [READS]: Reads;
}

/** What stands on a side of an operator: a value, a parameter of the run, a column of the row, a result of a step, or an expression. */
export type Operand = number | string | boolean | Column | ParameterReference | Ref | Expression;

/** A yes-or-no question about parameters and results, for `p.when` and `p.loop`. It is answered in the run, not where it is written. */
export type RunCondition = Expression<'boolean', Ref> | ParameterReference<boolean> | Ref<boolean | null>;

/** The run-time object behind every expression: refuses to be a string or a number. */
class Node {
  readonly op: Operator | 'sql';
  readonly operands: readonly unknown[];

  constructor(op: Operator | 'sql', operands: readonly unknown[]) {
    this.op = op;
    this.operands = Object.freeze([...operands]);
    Object.freeze(this);
  }

  [Symbol.toPrimitive](): never {
    throw new PipelineError('AUTHORING_REFERENCE_AS_VALUE', {
      what: `an expression (${this.op}) was used as a string or a number`,
      where: 'a pipeline definition',
      cure: 'Pass the expression itself; its value is known in a run only.',
    });
  }
}

/** The one place where a run-time expression gets its compile-time type. */
export function createExpression<Kind extends ValueKind | 'sql', Reads>(
  op: Operator | 'sql',
  operands: readonly unknown[],
): Expression<Kind, Reads> {
  return new Node(op, operands) as unknown as Expression<Kind, Reads>;
}

export function isExpression(value: unknown): value is Expression {
  return value instanceof Node;
}
