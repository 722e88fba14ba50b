import { checkCall } from '../../errors/check-call.js';
import { listOf, made, optional, optionsOf } from '../../errors/kinds.js';
import type { Column } from '../../schema/column.js';
import { aColumn } from '../options/kinds.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { SqlExpression } from '../options/sql.js';

/** What the model learns to predict. */
export interface Label<LabelTask extends Task = Task, C extends Column = Column> {
  readonly task: LabelTask;
  readonly expression: SqlExpression<C>;
  readonly outcome: readonly C[] | null;
}

interface LabelOptions<C extends Column> {
  /**
   * Columns that are known only afterwards and may therefore be in no feature.
   * Default: every column that the expression names.
   */
  readonly outcome?: readonly C[];
}

function checkLabel(constructor: string, expression: SqlExpression, options: LabelOptions<Column>): void {
  const anExpression = made('sql`...`', ({ sql }) => typeof sql === 'string');
  const kinds = { expression: anExpression, options: optionsOf({ outcome: optional(listOf(aColumn)) }) };
  checkCall(constructor, { expression, options }, kinds);
}

/** A yes-or-no label: `expression` is true or false, or 1 or 0; rows where it is null are left out. */
export function binary<C extends Column, Outcome extends Column = never>(
  expression: SqlExpression<C>,
  options: LabelOptions<Outcome> = {},
): Label<'binary', C | Outcome> {
  checkLabel('label.binary', expression, options);
  return Object.freeze({ task: 'binary', expression, outcome: options.outcome ?? null });
}

/** A numeric label; rows where the expression is null are left out. */
export function regression<C extends Column, Outcome extends Column = never>(
  expression: SqlExpression<C>,
  options: LabelOptions<Outcome> = {},
): Label<'regression', C | Outcome> {
  checkLabel('label.regression', expression, options);
  return Object.freeze({ task: 'regression', expression, outcome: options.outcome ?? null });
}
