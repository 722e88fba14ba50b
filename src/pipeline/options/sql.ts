import { literal } from '../../contracts/sql-text.js';
import { checkCall } from '../../errors/check-call.js';
import { aText, either, listOf } from '../../errors/kinds.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { Column } from '../../schema/column.js';
import { isColumn } from '../../schema/column.js';
import { columnSql } from './column-sql.js';

/** An expression of DuckDB's SQL over the columns of one row. */
export interface SqlExpression<C extends Column = Column> {
  readonly sql: string;
  /** The columns that were put in as values. */
  readonly columns: readonly C[];
}

type Value = string | number | boolean;

/**
 * A SQL expression, written sql`${flights.delay} > ${15}`, sql`delay > 15` or sql('delay > 15'). Columns put in become their names, values
 * become SQL literals.
 * @throws PipelineError `AUTHORING_INVALID_SQL` for a value that has no literal, such as NaN.
 */
export function sql<const Values extends readonly (Value | Column)[]>(
  text: string | TemplateStringsArray,
  ...values: Values
): SqlExpression<Extract<Values[number], Column>> {
  checkCall('sql', { text }, { text: either(aText, listOf(aText)) });
  if (typeof text === 'string') return Object.freeze({ sql: text, columns: [] });
  const columns = values.filter((value): value is Extract<Values[number], Column> => isColumn(value));
  return Object.freeze({
    sql: text.map((part, index) => part + (index < values.length ? written(values[index]) : '')).join(''),
    columns: Object.freeze(columns),
  });
}

function written(value: unknown): string {
  if (isColumn(value)) return columnSql(value.name);
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new PipelineError('AUTHORING_INVALID_SQL', {
    what: 'a value in a SQL expression has no literal',
    expected: 'a column, a string, a boolean or a finite number',
    received: typeof value === 'number' ? String(value) : typeof value,
  });
}

const TOKEN = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")*)"|([A-Za-z_]\w*)/g;

/** The columns among `known` that an expression names. Bare names fold case as DuckDB does; strings and comments do not count. */
export function columnsIn(expression: SqlExpression, known: readonly string[]): readonly string[] {
  const named = new Set<string>();
  for (const [, quoted, bare] of expression.sql.matchAll(TOKEN)) {
    const name = quoted?.replaceAll('""', '"') ?? bare;
    if (name !== undefined) named.add(name.toLowerCase());
  }
  return known.filter((column) => named.has(column.toLowerCase()));
}
