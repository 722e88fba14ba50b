import { checkCall } from '../../errors/check-call.js';
import { aText, either, listOf } from '../../errors/kinds.js';
import { PipelineError } from '../../errors/pipeline-error.js';

/** An expression of DuckDB's SQL over the columns of one row. */
export interface SqlExpression {
  readonly sql: string;
}

/**
 * A SQL expression, written sql`delay > ${15}` or sql('delay > 15'). Values put in become SQL literals.
 * @throws PipelineError `AUTHORING_INVALID_SQL` for a value that has no literal, such as NaN.
 */
export function sql(text: string): SqlExpression;
export function sql(text: TemplateStringsArray, ...values: readonly (string | number | boolean)[]): SqlExpression;
export function sql(text: string | TemplateStringsArray, ...values: readonly (string | number | boolean)[]): SqlExpression {
  checkCall('sql', { text }, { text: either(aText, listOf(aText)) });
  if (typeof text === 'string') return Object.freeze({ sql: text });
  return Object.freeze({ sql: text.map((part, index) => part + (index < values.length ? literal(values[index]) : '')).join('') });
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new PipelineError('AUTHORING_INVALID_SQL', {
    what: 'a value in a SQL expression has no literal',
    expected: 'a string, a boolean or a finite number',
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
