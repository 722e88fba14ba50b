import type { ParameterMarker, SqlMarker } from '../../contracts/plan.js';
import { valueLiteral } from '../../contracts/sql-text.js';
import type { RowExpression, RowOperator } from '../../contracts/stages/row-expression.js';
import { columnSql } from './column-sql.js';

/** Text of SQL, and the parameters whose literals come between. */
export type SqlPart = string | ParameterMarker;
type Parts = readonly SqlPart[];

const INFIX: { readonly [Op in RowOperator]?: string } = {
  ...{ gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', ne: '<>', and: 'AND', or: 'OR' },
  ...{ add: '+', sub: '-', mul: '*', div: '/' },
};
const ARITHMETIC: ReadonlySet<RowOperator> = new Set(['add', 'sub', 'mul', 'div', 'neg', 'abs']);
/** What binds tighter than AND and OR. */
const TIGHT: ReadonlySet<RowOperator> = new Set(['gt', 'gte', 'lt', 'lte', 'eq', 'ne', 'not', 'isNull']);

/**
 * A row's expression as DuckDB's SQL. Numbers are doubles, logic is three-valued, a timestamp has no zone and is UTC. `gt(flights.delay, 15)` comes
 * out as written by hand: `delay > 15`.
 */
export function rowSql(expression: RowExpression): Parts {
  if ('column' in expression) return [columnSql(expression.column)];
  if ('value' in expression) return [valueSql(expression.value)];
  if ('instant' in expression) return [valueSql(expression.instant), '::TIMESTAMP'];
  if ('sql' in expression) return expression.sql.flatMap((part) => (typeof part === 'string' ? [part] : nested(part)));
  const { op, operands } = expression;
  switch (op) {
    case 'not':
      return ['NOT ', ...operands.flatMap(nested)];
    case 'isNull':
      return operands.flatMap(isMissing);
    case 'abs':
      return ['abs(', ...operands.flatMap(asDouble), ')'];
    case 'neg':
      return ['-(', ...operands.flatMap(asDouble), ')'];
    case 'and':
    case 'or':
      return joined(
        op,
        operands.map((part) => ('op' in part && TIGHT.has(part.op) ? rowSql(part) : nested(part))),
      );
    default:
      return joined(op, ARITHMETIC.has(op) ? doubles(operands) : operands.map(nested));
  }
}

/** As a plan has it: the text, or its parts where parameters of the run come between. */
export function sqlSetting(expression: RowExpression): string | SqlMarker {
  const parts = rowSql(expression);
  return parts.every((part) => typeof part === 'string') ? parts.join('') : { $sql: parts };
}

/** In words: a parameter by its name. In a step, where parameters have their values, the SQL itself. */
export function sqlText(expression: RowExpression): string {
  return rowSql(expression)
    .map((part) => (typeof part === 'string' ? part : `parameter ${part.$param}`))
    .join('');
}

function joined(op: RowOperator, sides: readonly Parts[]): Parts {
  return sides.flatMap((side, index) => (index === 0 ? side : [` ${INFIX[op] ?? op} `, ...side]));
}

/** A literal of SQL; of a parameter its marker, which a plan holds in place of the value. */
function valueSql(value: string | number | boolean | ParameterMarker): SqlPart {
  return typeof value === 'object' ? value : valueLiteral(value);
}

function nested(part: RowExpression): Parts {
  const stands =
    'column' in part || 'value' in part || 'instant' in part || ('op' in part && (part.op === 'abs' || part.op === 'isNull'));
  return stands ? rowSql(part) : ['(', ...rowSql(part), ')'];
}

/** NaN is no value either, as for `check.notNull`. */
function isMissing(part: RowExpression): Parts {
  const value = nested(part);
  const isNumber = 'column' in part ? part.type === 'float' : 'op' in part && ARITHMETIC.has(part.op);
  return isNumber ? ['(', ...value, ' IS NULL OR isnan(', ...value, '))'] : ['(', ...value, ' IS NULL)'];
}

/** Operands of arithmetic. The engine makes a literal beside a double one too; two literals would be decimals. */
function doubles(operands: readonly RowExpression[]): readonly Parts[] {
  const isLiteral = operands.map((operand) => 'value' in operand);
  return operands.map((operand, index) =>
    isLiteral[index] === true && isLiteral.includes(false) ? rowSql(operand) : asDouble(operand),
  );
}

function asDouble(part: RowExpression): Parts {
  const isDouble = 'column' in part ? part.type === 'float' : 'op' in part;
  return isDouble ? nested(part) : [...nested(part), '::DOUBLE'];
}
