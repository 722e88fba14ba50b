import type { Column } from '../../schema/column.js';
import { isColumn } from '../../schema/column.js';
import { isExpression } from './expression.js';
import type { RowExpression } from '../../contracts/stages/row-expression.js';

/** Names of the columns that a row's expression reads, each once, in the order of their first use. */
export function columnsRead(expression: RowExpression): readonly string[] {
  const names = new Set<string>();
  const visit = (part: RowExpression | string): void => {
    if (typeof part === 'string') return;
    if ('column' in part) names.add(part.column);
    else if ('op' in part) part.operands.forEach(visit);
    else if ('sql' in part) part.sql.forEach(visit);
  };
  visit(expression);
  return [...names];
}

/** The columns that were put into an expression as values, each once, before any schema is known. */
export function columnValuesOf(given: unknown): readonly Column[] {
  const found = new Set<Column>();
  const visit = (part: unknown): void => {
    if (isColumn(part)) found.add(part);
    else if (isExpression(part)) part.operands.forEach(visit);
  };
  visit(given);
  return [...found];
}

/** Whether a part of it is text of SQL, which may name columns that were not put in as values. */
export function hasSqlText(expression: RowExpression): boolean {
  if ('sql' in expression) return true;
  return 'op' in expression && expression.operands.some(hasSqlText);
}
