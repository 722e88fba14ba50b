import { floatLiteral } from '../../contracts/sql-text.js';
import type { RowExpression, RowOperator } from '../../contracts/stages/row-expression.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** A column as FLOAT without null, in SQL: NaN where it is missing, a boolean as 1 or 0. */
type InputOf = (column: string) => string;

const NAN = `'NaN'::FLOAT`;
const INFIX: { readonly [Op in RowOperator]?: string } = {
  ...{ gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=', ne: '<>' },
  ...{ add: '+', sub: '-', mul: '*', div: '/', and: 'AND', or: 'OR' },
};

/** Whether it is a number or a condition. */
export function servedKind(expression: RowExpression): 'number' | 'boolean' {
  if ('column' in expression) return expression.type === 'boolean' ? 'boolean' : 'number';
  if ('value' in expression) return typeof expression.value === 'boolean' ? 'boolean' : 'number';
  return 'op' in expression && ['add', 'sub', 'mul', 'div', 'neg', 'abs'].includes(expression.op) ? 'number' : 'boolean';
}

/**
 * A derived feature as DuckDB's SQL, a FLOAT: NaN where it is missing. Equal to `featureGraph`, bit for bit: both compute in float32, NaN is the one missing
 * number, and null the one missing condition.
 */
export function featureSql(expression: RowExpression, inputOf: InputOf): string {
  const sql = valueSql(expression, inputOf);
  return servedKind(expression) === 'number' ? sql : `coalesce((${sql})::FLOAT, ${NAN})`;
}

/** A number as FLOAT without null; a condition as BOOLEAN. */
function valueSql(expression: RowExpression, inputOf: InputOf): string {
  if ('column' in expression) {
    const input = inputOf(expression.column);
    return expression.type === 'boolean' ? `nullif(${input}, ${NAN}) = 1` : input;
  }
  if ('value' in expression && typeof expression.value === 'number') return floatLiteral(Math.fround(expression.value));
  if ('value' in expression && typeof expression.value === 'boolean') return expression.value ? 'TRUE' : 'FALSE';
  if (!('op' in expression)) throw notServed();
  return operationSql(expression.op, expression.operands, inputOf);
}

function operationSql(op: RowOperator, operands: readonly RowExpression[], inputOf: InputOf): string {
  const areNumbers = operands.every((operand) => servedKind(operand) === 'number');
  const sides = operands.map((operand) => `(${valueSql(operand, inputOf)})`);
  switch (op) {
    case 'neg':
      return `-${sides.join('')}`;
    case 'abs':
      return `abs${sides.join('')}`;
    case 'not':
      return `NOT ${sides.join('')}`;
    case 'isNull':
      return areNumbers ? `isnan${sides.join('')}` : `${sides.join('')} IS NULL`;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'eq':
    case 'ne':
      // The engine takes NaN for a number larger than all others.
      return (areNumbers ? sides.map((side) => `nullif(${side}, ${NAN})`) : sides).join(` ${INFIX[op] ?? ''} `);
    default:
      return sides.join(` ${INFIX[op] ?? ''} `);
  }
}

export function notServed(): PipelineError {
  return new PipelineError('FEATURE_TRANSFORM_INVALID', {
    what: 'a derived feature has a part that serving cannot compute',
    expected: 'numbers, booleans, and columns of such',
  });
}
