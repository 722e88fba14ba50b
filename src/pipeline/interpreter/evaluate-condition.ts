import type { Arithmetic, Calculation, Comparison, Condition, Operand } from '../../contracts/plan/condition.js';
import type { JsonPrimitive, JsonValue } from '../../contracts/json.js';
import type { InputBinding } from '../../contracts/plan.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** What a condition reads: parameters by name, recorded results by step id; undefined when there is none. */
export interface ConditionFacts {
  parameter(name: string): JsonValue | undefined;
  result(id: string): JsonValue | undefined;
}

const WORDS: Readonly<Record<Comparison, string>> = { eq: '=', ne: '≠', gt: '>', gte: '≥', lt: '<', lte: '≤' };
const SIGNS: Readonly<Record<Exclude<Arithmetic, 'neg' | 'abs'>, string>> = { add: '+', sub: '-', mul: '×', div: '/' };

/**
 * Answers a condition. `and` and `or` read from left to right and stop when the answer is known. Pure; safe in workflow code.
 * @throws PipelineError `EXECUTION_CONDITION_UNDECIDED` when a field is missing, is no plain value, or cannot be ordered.
 */
export function evaluateCondition(condition: Condition, facts: ConditionFacts): boolean {
  switch (condition.op) {
    case 'and':
      return condition.conditions.every((part) => evaluateCondition(part, facts));
    case 'or':
      return condition.conditions.some((part) => evaluateCondition(part, facts));
    case 'not':
      return !evaluateCondition(condition.condition, facts);
    default:
      return compare(condition.op, condition.left, condition.right, facts);
  }
}

/** Ids of the results that a condition reads. */
export function resultsRead(condition: Condition): readonly string[] {
  return operandsRead(condition).map(({ step }) => step);
}

/** What a condition reads of results. */
export function operandsRead(condition: Condition): readonly InputBinding[] {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(operandsRead);
    case 'not':
      return operandsRead(condition.condition);
    default:
      return [condition.left, condition.right].flatMap(bindingsIn);
  }
}

function bindingsIn(operand: Operand): readonly InputBinding[] {
  if ('op' in operand) return operand.operands.flatMap(bindingsIn);
  return 'step' in operand ? [operand] : [];
}

/** The condition in words; with `facts`, each part that is looked up is followed by its value: `evaluate.metrics.auc (0.61) > 0.65`. */
export function describeCondition(condition: Condition, facts?: ConditionFacts): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.conditions.map((part) => bracketed(part, facts)).join(` ${condition.op} `);
    case 'not':
      return `not ${bracketed(condition.condition, facts)}`;
    default:
      return `${operandInWords(condition.left, facts)} ${WORDS[condition.op]} ${operandInWords(condition.right, facts)}`;
  }
}

function bracketed(condition: Condition, facts: ConditionFacts | undefined): string {
  const text = describeCondition(condition, facts);
  return condition.op === 'and' || condition.op === 'or' ? `(${text})` : text;
}

function compare(op: Comparison, left: Operand, right: Operand, facts: ConditionFacts): boolean {
  const one = valueOf(left, facts);
  const other = valueOf(right, facts);
  if (op === 'eq') return one === other;
  if (op === 'ne') return one !== other;
  if (typeof one === 'number' && typeof other === 'number') return inOrder(op, one, other);
  if (typeof one === 'string' && typeof other === 'string') return inOrder(op, one, other);
  throw undecided(
    `${operandInWords(left)} ${WORDS[op]} ${operandInWords(right)} compares ${JSON.stringify(one)} with ${JSON.stringify(other)}`,
    'two numbers or two texts',
  );
}

function inOrder<Value extends number | string>(op: 'gt' | 'gte' | 'lt' | 'lte', one: Value, other: Value): boolean {
  switch (op) {
    case 'gt':
      return one > other;
    case 'gte':
      return one >= other;
    case 'lt':
      return one < other;
    case 'lte':
      return one <= other;
  }
}

function valueOf(operand: Operand, facts: ConditionFacts): JsonPrimitive {
  if ('op' in operand) return calculate(operand, facts);
  const value = lookUp(operand, facts);
  if (value === undefined) throw undecided(`${operandInWords(operand)} has no value`, 'a recorded value');
  if (isPlain(value)) return value;
  throw undecided(
    `${operandInWords(operand)} is ${Array.isArray(value) ? 'a list' : 'an object'}`,
    'a number, a text, a boolean or null',
  );
}

function calculate(calculation: Calculation, facts: ConditionFacts): number | null {
  const values = calculation.operands.map((operand) => valueOf(operand, facts));
  if (values.includes(null)) return null;
  const numbers = values.filter((value) => typeof value === 'number');
  const result = numbers.length === values.length ? resultOf(calculation.op, numbers) : NaN;
  if (Number.isFinite(result)) return result;
  throw undecided(`${operandInWords(calculation, facts)} is no finite number`, 'two numbers, the second of a division not 0');
}

function resultOf(op: Arithmetic, [one = NaN, other = NaN]: readonly number[]): number {
  switch (op) {
    case 'add':
      return one + other;
    case 'sub':
      return one - other;
    case 'mul':
      return one * other;
    case 'div':
      return one / other;
    case 'neg':
      return -one;
    case 'abs':
      return Math.abs(one);
  }
}

function lookUp(operand: Exclude<Operand, Calculation>, facts: ConditionFacts): JsonValue | undefined {
  if ('value' in operand) return operand.value;
  if ('$param' in operand) return facts.parameter(operand.$param);
  let value = facts.result(operand.step);
  for (const field of operand.path ?? []) {
    if (value === undefined || isPlain(value) || Array.isArray(value) || !Object.hasOwn(value, field)) return undefined;
    value = (value as { readonly [name: string]: JsonValue })[field];
  }
  return value;
}

function operandInWords(operand: Operand, facts?: ConditionFacts): string {
  if ('op' in operand) return calculationInWords(operand, facts);
  if ('value' in operand) return JSON.stringify(operand.value);
  const name = '$param' in operand ? `parameter ${operand.$param}` : [operand.step, ...(operand.path ?? [])].join('.');
  const value = facts === undefined ? undefined : lookUp(operand, facts);
  return value === undefined || !isPlain(value) ? name : `${name} (${JSON.stringify(value)})`;
}

function calculationInWords({ op, operands }: Calculation, facts: ConditionFacts | undefined): string {
  const words = operands.map((operand) => operandInWords(operand, facts));
  if (op === 'abs') return `abs(${words.join('')})`;
  const nested = operands.map((operand, index) => ('op' in operand ? `(${words[index] ?? ''})` : (words[index] ?? '')));
  return op === 'neg' ? `-${nested.join('')}` : nested.join(` ${SIGNS[op]} `);
}

function isPlain(value: JsonValue): value is JsonPrimitive {
  return typeof value !== 'object' || value === null;
}

function undecided(what: string, expected: string): PipelineError {
  return new PipelineError('EXECUTION_CONDITION_UNDECIDED', { what, where: 'a condition', expected });
}
