import { checkCall } from '../../errors/check-call.js';
import { aText, either, listOf } from '../../errors/kinds.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { kindOf } from './check-operands.js';
import type { Expression, Operand, SqlText } from './expression.js';
import { createExpression } from './expression.js';
import type { ReadsOf } from './operand-types.js';

/** DuckDB's SQL over the columns of one row. */
export type SqlExpression<Reads = unknown> = Expression<'sql', Reads>;

/**
 * What the other expressions cannot say, in DuckDB's SQL: sql`hour(${flights.date}) > ${p.params.from}`. Columns put in become their names,
 * values and parameters literals, expressions SQL in brackets. The text may name no column that is not put in. For labels and the `where` of
 * checks; a model that serves has no SQL.
 * @throws PipelineError `AUTHORING_INVALID_SQL` for a value that has no literal, such as NaN.
 */
export function sql<const Values extends readonly Operand[]>(
  text: string | TemplateStringsArray,
  ...values: Values
): SqlExpression<ReadsOf<Values[number]> | SqlText>;
export function sql(text: string | readonly string[], ...values: readonly unknown[]): SqlExpression {
  checkCall('sql', { text }, { text: either(aText, listOf(aText)) });
  const texts = typeof text === 'string' ? [text] : text;
  const parts = texts.flatMap((piece, index) => [{ text: piece }, ...(index < texts.length - 1 ? [checked(values[index])] : [])]);
  return createExpression(
    'sql',
    parts.filter((part) => !isEmptyText(part)),
  );
}

function isEmptyText(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'text' in part && part.text === '';
}

function checked(value: unknown): unknown {
  if (kindOf(value) !== null) return value;
  throw new PipelineError('AUTHORING_INVALID_SQL', {
    what: 'a value in a SQL expression has no literal',
    expected: 'a column, a parameter, an expression, a string, a boolean or a finite number',
    received: typeof value === 'number' ? String(value) : typeof value,
  });
}
