import { checkCall } from '../../errors/check-call.js';
import { listOf, optional, optionsOf } from '../../errors/kinds.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { Column } from '../../schema/column.js';
import { checkOperands } from '../expressions/check-operands.js';
import type { Operand } from '../expressions/expression.js';
import type { ConditionOfRows, NumberOfRows, ReadsOf } from '../expressions/operand-types.js';
import { aColumn } from '../options/kinds.js';

/** What the model learns to predict. */
export interface Label<LabelTask extends Task = Task, C extends Column = Column> {
  readonly task: LabelTask;
  readonly expression: unknown;
  readonly outcome: readonly C[] | null;
}

type ColumnsOf<Given> = Extract<ReadsOf<Given>, Column>;

interface LabelOptions<C extends Column> {
  /**
   * Columns that are known only afterwards and may therefore be in no feature.
   * Default: every column that the expression reads. Text of SQL may name them without their being put in.
   */
  readonly outcome?: readonly C[];
}

function checkLabel(constructor: string, expression: unknown, kind: 'boolean' | 'number', options: LabelOptions<Column>): void {
  checkOperands(constructor, { expression }, [kind]);
  checkCall(constructor, { options }, { options: optionsOf({ outcome: optional(listOf(aColumn)) }) });
}

/** A yes-or-no label: a condition of the row, such as `gt(flights.delay, 15)`. Rows where it is null are left out. */
export function binary<const Given extends Operand, Outcome extends Column = never>(
  expression: ConditionOfRows<Given, 'label.binary'>,
  options?: LabelOptions<Outcome>,
): Label<'binary', ColumnsOf<Given> | Outcome>;
export function binary(expression: unknown, options: LabelOptions<Column> = {}): Label<'binary'> {
  checkLabel('label.binary', expression, 'boolean', options);
  return Object.freeze({ task: 'binary', expression, outcome: options.outcome ?? null });
}

/** A numeric label, such as `div(flights.delay, 60)`. Rows where it is null are left out. */
export function regression<const Given extends Operand, Outcome extends Column = never>(
  expression: NumberOfRows<Given, 'label.regression'>,
  options?: LabelOptions<Outcome>,
): Label<'regression', ColumnsOf<Given> | Outcome>;
export function regression(expression: unknown, options: LabelOptions<Column> = {}): Label<'regression'> {
  checkLabel('label.regression', expression, 'number', options);
  return Object.freeze({ task: 'regression', expression, outcome: options.outcome ?? null });
}
