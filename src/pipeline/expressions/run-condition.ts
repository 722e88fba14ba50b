import type { Arithmetic, Comparison, Condition, Operand } from '../../contracts/plan/condition.js';
import { isColumn } from '../../schema/column.js';
import type { PipelineDraft } from '../draft/draft.js';
import type { DraftInput } from '../draft/draft-scope.js';
import { bindingOf } from '../draft/draft-scope.js';
import type { OptionReader } from '../lint/issues.js';
import { isParameterReference } from '../references/parameter-reference.js';
import { isReference } from '../references/reference.js';
import { kindOf } from './check-operands.js';
import type { Operator } from './expression.js';
import { isExpression } from './expression.js';

/** A condition as the plan has it, and what it reads. */
export type CompiledCondition = { readonly condition: Condition; readonly reads: readonly DraftInput[] };

/** What an operator of the vocabulary is in a run. */
type Part = Arithmetic | Comparison | 'and' | 'or' | 'not' | 'isNull' | 'sql';
const ARITHMETIC: ReadonlySet<Part> = new Set<Arithmetic>(['add', 'sub', 'mul', 'div', 'neg', 'abs']);
const isArithmetic = (op: Operator | 'sql'): op is Arithmetic => ARITHMETIC.has(op);

/** Takes the place of what was reported: a pipeline with problems has no plan. */
const NOTHING: Condition = { op: 'and', conditions: [] };

/** Turns an expression over parameters and results into a condition of the plan; what a run cannot answer is reported. */
export function compileCondition(given: unknown, draft: PipelineDraft, at: OptionReader): CompiledCondition {
  const reads: DraftInput[] = [];

  const condition = (part: unknown): Condition => {
    if (isParameterReference(part) || isReference(part)) return { op: 'eq', left: operand(part), right: { value: true } };
    if (isColumn(part) || !isExpression(part) || part.op === 'sql' || isArithmetic(part.op)) return refuse(part);
    const { op, operands } = part;
    if (op === 'and' || op === 'or') return { op, conditions: operands.map(condition) };
    if (op === 'not') return { op, condition: condition(operands[0]) };
    if (op === 'isNull') return { op: 'eq', left: operand(operands[0]), right: { value: null } };
    if (operands.some(isCondition)) return agreement(op, operands);
    return { op, left: operand(operands[0]), right: operand(operands[1]) };
  };

  /** Whether both of two conditions hold, or neither. */
  const agreement = (op: Comparison, sides: readonly unknown[]): Condition => {
    const [left = NOTHING, right = NOTHING] = sides.map((side) => (typeof side === 'boolean' ? always(side) : condition(side)));
    const both: Condition = { op: 'and', conditions: [left, right] };
    const neither: Condition = {
      op: 'and',
      conditions: [
        { op: 'not', condition: left },
        { op: 'not', condition: right },
      ],
    };
    const agree: Condition = { op: 'or', conditions: [both, neither] };
    return op === 'eq' ? agree : { op: 'not', condition: agree };
  };

  const operand = (part: unknown): Operand => {
    if (isParameterReference(part)) return { $param: part.$param };
    if (isReference(part)) {
      const input = draft.locate(part, at);
      if (input === null) return { value: null };
      reads.push(input);
      return bindingOf(input);
    }
    if (isExpression(part) && isArithmetic(part.op)) return { op: part.op, operands: part.operands.map(operand) };
    if (typeof part === 'string' || typeof part === 'boolean' || (typeof part === 'number' && Number.isFinite(part)))
      return { value: part };
    refuse(part);
    return { value: null };
  };

  const refuse = (part: unknown): Condition => {
    at.report('condition', wordsOf(part));
    return NOTHING;
  };

  return { condition: condition(given), reads };
}

const always = (is: boolean): Condition => ({ op: 'eq', left: { value: is }, right: { value: true } });
const isCondition = (part: unknown): boolean => isExpression(part) && kindOf(part) === 'boolean';

function wordsOf(part: unknown): string {
  if (isColumn(part))
    return `column "${part.name}" has a value in each row and none in a run; let a step work out what the condition needs`;
  if (isExpression(part) && part.op === 'sql')
    return 'SQL is answered for rows and not for a run; use gt, and, isNull and their kin';
  const expected = 'expected a condition such as gt(step.score, 0.5), or a value in it';
  const got = isExpression(part)
    ? `the ${kindOf(part) ?? 'value'} of ${part.op}`
    : typeof part === 'number'
      ? String(part)
      : typeof part;
  return `${expected}, got ${part === null ? 'null; ask with isNull(...)' : got}`;
}
