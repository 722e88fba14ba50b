import type { ColumnType } from '../dataset.js';

export type RowOperator =
  'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'ne' | 'and' | 'or' | 'not' | 'isNull' | 'add' | 'sub' | 'mul' | 'div' | 'neg' | 'abs';

/**
 * An expression over the columns of one row, as data. In a plan a `value` or `instant` may be a `ParameterMarker`; a step gets the value. `instant`: an
 * ISO date or date-time as a timestamp. `sql`: text of the engine's SQL, with expressions between the texts.
 */
export type RowExpression =
  | { readonly column: string; readonly type: ColumnType }
  | { readonly value: string | number | boolean }
  | { readonly instant: string }
  | { readonly op: RowOperator; readonly operands: readonly RowExpression[] }
  | { readonly sql: readonly (string | RowExpression)[] };
