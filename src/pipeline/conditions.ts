import type { Comparison, Condition, Operand } from '../contracts/plan/condition.js';
import type { JsonPrimitive } from '../contracts/json.js';
import type { PipelineDraft } from './draft.js';
import type { DraftInput } from './draft-scope.js';
import { bindingOf } from './draft-scope.js';
import type { OptionReader } from './lint/issues.js';
import { isParameterReference, type ParameterReference } from './parameter-reference.js';
import { isReference, type Ref } from './reference.js';

/** A value, a parameter of the run, or a result or field of one. */
export type OperandOf<Value extends JsonPrimitive> = Value | ParameterReference<Value> | Ref<Value | null>;

/** A yes-or-no question about parameters and results, for `p.when` and `p.loop`. It is answered in the run, not where it is written. */
export interface ConditionExpression {
  readonly op: Condition['op'];
  /** Operands of a comparison, or conditions. */
  readonly parts: readonly unknown[];
}

function expression(op: Condition['op'], parts: readonly unknown[]): ConditionExpression {
  return Object.freeze({ op, parts: Object.freeze([...parts]) });
}

/** Numbers by size, texts (dates among them) by code point. A null fails the guarded steps. */
export function gt(left: OperandOf<number>, right: OperandOf<number>): ConditionExpression;
export function gt(left: OperandOf<string>, right: OperandOf<string>): ConditionExpression;
export function gt(left: unknown, right: unknown): ConditionExpression {
  return expression('gt', [left, right]);
}

/** As `gt`, or equal. */
export function gte(left: OperandOf<number>, right: OperandOf<number>): ConditionExpression;
export function gte(left: OperandOf<string>, right: OperandOf<string>): ConditionExpression;
export function gte(left: unknown, right: unknown): ConditionExpression {
  return expression('gte', [left, right]);
}

/** Numbers by size, texts (dates among them) by code point. A null fails the guarded steps. */
export function lt(left: OperandOf<number>, right: OperandOf<number>): ConditionExpression;
export function lt(left: OperandOf<string>, right: OperandOf<string>): ConditionExpression;
export function lt(left: unknown, right: unknown): ConditionExpression {
  return expression('lt', [left, right]);
}

/** As `lt`, or equal. */
export function lte(left: OperandOf<number>, right: OperandOf<number>): ConditionExpression;
export function lte(left: OperandOf<string>, right: OperandOf<string>): ConditionExpression;
export function lte(left: unknown, right: unknown): ConditionExpression {
  return expression('lte', [left, right]);
}

/** The same value of the same type. Null equals null only. */
export function eq<Value extends JsonPrimitive>(
  left: OperandOf<Value>,
  right: OperandOf<NoInfer<Value>> | null,
): ConditionExpression {
  return expression('eq', [left, right]);
}

/** The opposite of `eq`. */
export function ne<Value extends JsonPrimitive>(
  left: OperandOf<Value>,
  right: OperandOf<NoInfer<Value>> | null,
): ConditionExpression {
  return expression('ne', [left, right]);
}

/** True when all are; reads from left to right and stops at the first that is not. */
export function and(...conditions: readonly [ConditionExpression, ...ConditionExpression[]]): ConditionExpression {
  return expression('and', conditions);
}

/** True when one is; reads from left to right and stops at the first that is. */
export function or(...conditions: readonly [ConditionExpression, ...ConditionExpression[]]): ConditionExpression {
  return expression('or', conditions);
}

/** True when the condition is false. */
export function not(condition: ConditionExpression): ConditionExpression {
  return expression('not', [condition]);
}

/** A condition as the plan has it, and what it reads. */
export type CompiledCondition = { readonly condition: Condition; readonly reads: readonly DraftInput[] };

/** Turns references into the ids of their steps; what is no condition or operand is reported. */
export function compileCondition(given: unknown, draft: PipelineDraft, at: OptionReader): CompiledCondition {
  const reads: DraftInput[] = [];
  const compile = (part: unknown): Condition => {
    if (!isExpression(part)) {
      at.report('condition', `expected a condition such as gt(field(step, 'score'), 0.5), got ${kindOf(part)}`);
      return { op: 'and', conditions: [] };
    }
    const { op, parts } = part;
    if (op === 'and' || op === 'or') return { op, conditions: parts.map(compile) };
    if (op === 'not') return { op, condition: compile(parts[0]) };
    return { op, left: compileOperand(parts[0]), right: compileOperand(parts[1]) };
  };
  const compileOperand = (part: unknown): Operand => {
    if (isParameterReference(part)) return { $param: part.$param };
    if (isReference(part)) {
      const input = draft.locate(part, at);
      if (input === null) return { value: null };
      reads.push(input);
      return bindingOf(input);
    }
    if (part === null || typeof part === 'string' || typeof part === 'boolean') return { value: part };
    if (typeof part === 'number' && Number.isFinite(part)) return { value: part };
    at.report('condition', `expected a value, a parameter or a result, got ${kindOf(part)}`);
    return { value: null };
  };
  return { condition: compile(given), reads };
}

const OPERATIONS: ReadonlySet<unknown> = new Set<Comparison | 'and' | 'or' | 'not'>([
  ...(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const),
  ...(['and', 'or', 'not'] as const),
]);

function isExpression(part: unknown): part is ConditionExpression {
  return typeof part === 'object' && part !== null && 'op' in part && OPERATIONS.has(part.op) && 'parts' in part;
}

function kindOf(part: unknown): string {
  if (typeof part === 'number') return String(part);
  return part === null ? 'null' : `a ${typeof part}`;
}
