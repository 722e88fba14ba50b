import { checkCall } from '../../errors/check-call.js';
import { aText, listOf, made, optional, optionsOf } from '../../errors/kinds.js';
import type { Task } from '../../contracts/stages/feature.js';
import type { SqlExpression } from './sql.js';

/** What the model learns to predict. */
export interface Label<LabelTask extends Task = Task> {
  readonly task: LabelTask;
  readonly expression: SqlExpression;
  readonly outcome: readonly string[] | null;
}

interface LabelOptions {
  /**
   * Columns that are known only afterwards and may therefore be in no feature.
   * Default: every column that the expression names.
   */
  readonly outcome?: readonly string[];
}

function checkLabel(constructor: string, expression: SqlExpression, options: LabelOptions): void {
  const anExpression = made('sql`...`', ({ sql }) => typeof sql === 'string');
  const kinds = { expression: anExpression, options: optionsOf({ outcome: optional(listOf(aText)) }) };
  checkCall(constructor, { expression, options }, kinds);
}

/** A yes-or-no label: `expression` is true or false, or 1 or 0; rows where it is null are left out. */
export function binary(expression: SqlExpression, options: LabelOptions = {}): Label<'binary'> {
  checkLabel('label.binary', expression, options);
  return Object.freeze({ task: 'binary', expression, outcome: options.outcome ?? null });
}

/** A numeric label; rows where the expression is null are left out. */
export function regression(expression: SqlExpression, options: LabelOptions = {}): Label<'regression'> {
  checkLabel('label.regression', expression, options);
  return Object.freeze({ task: 'regression', expression, outcome: options.outcome ?? null });
}
