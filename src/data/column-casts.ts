import type { ColumnSpec, ColumnType, SchemaSpec, SourceSpec } from '../contracts/dataset.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { DuckDb } from './duckdb.js';
import type { OpenSource } from './source.js';
import { duckdbType } from '../schema/duckdb-type.js';
import { identifier } from './sql-text.js';

/** How one column of a source becomes a column of a dataset. */
export interface ColumnCast {
  readonly column: ColumnSpec;
  /** SQL over the source that gives the value in the column's type; null where the text cannot be read as one. */
  readonly sql: string;
  /** SQL that orders as `sql` does and lets the reader skip row groups. */
  readonly rangeSql: string;
  /** True when values may fail, so they must be counted. */
  readonly fallible: boolean;
}

const INTEGERS = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT)|U?HUGEINT)$/;
const REALS = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const MOMENTS = /^(TIMESTAMP(_S|_MS|_NS)?|DATE|TIMESTAMP WITH TIME ZONE)$/;
const WORDS = /^(VARCHAR|ENUM\(.*\))$/;

const ACCEPTED: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP, DATE, text in ISO-8601 or whole milliseconds since 1970',
  float: 'a number',
  integer: 'a whole number',
  boolean: 'BOOLEAN',
  category: 'text',
  text: 'text',
};

/**
 * Matches a schema with the columns of every file. Extra columns of the source are left out.
 * DATA_COLUMN_MISSING and DATA_COLUMN_TYPE name all wrong columns at once.
 */
export function planCasts(source: SourceSpec, open: OpenSource, schema: SchemaSpec): readonly ColumnCast[] {
  const missing: { file: string; column: string; has: string }[] = [];
  const wrong: { column: string; expected: string; received: string }[] = [];
  const casts = new Map<string, ColumnCast>();
  for (const [file, types] of open.columns) {
    for (const column of schema.columns) {
      const physical = types.get(column.name);
      if (physical === undefined) {
        missing.push({ file, column: column.name, has: [...types.keys()].join(', ') });
        continue;
      }
      const cast = castOf(column, physical, open.format);
      if (cast === null) wrong.push({ column: column.name, expected: ACCEPTED[column.type], received: physical });
      else if (casts.get(column.name)?.fallible !== true) casts.set(column.name, cast);
    }
  }
  if (missing.length > 0) throw missingColumns(source, missing);
  if (wrong.length > 0) throw wrongColumns(source, wrong);
  return schema.columns.flatMap((column) => casts.get(column.name) ?? []);
}

/** Counts the values that their cast could not read; DATA_COLUMN_TYPE names every column that has some, with an example. */
export async function checkCasts(db: DuckDb, source: SourceSpec, relation: string, casts: readonly ColumnCast[]): Promise<void> {
  const fallible = casts.filter((cast) => cast.fallible);
  if (fallible.length === 0) return;
  const aggregates = fallible.flatMap(({ column, sql }, position) => {
    const failed = `${identifier(column.name)} IS NOT NULL AND (${sql}) IS NULL`;
    return [
      `count(*) FILTER (WHERE ${failed}) AS n${String(position)}`,
      `min(${identifier(column.name)}::VARCHAR) FILTER (WHERE ${failed}) AS v${String(position)}`,
    ];
  });
  const [row] = await db.query(`SELECT ${aggregates.join(', ')} FROM ${relation}`);
  const wrong = fallible.flatMap(({ column }, position) => {
    const count = Number(row?.[`n${String(position)}`] ?? 0);
    const example = String(row?.[`v${String(position)}`] ?? '');
    if (count === 0) return [];
    return [
      { column: column.name, expected: ACCEPTED[column.type], received: `${String(count)} other values such as "${example}"` },
    ];
  });
  if (wrong.length > 0) throw wrongColumns(source, wrong);
}

function castOf(column: ColumnSpec, physical: string, format: SourceSpec['format']): ColumnCast | null {
  const name = identifier(column.name);
  const always = (sql: string, rangeSql = sql): ColumnCast => ({ column, sql, rangeSql, fallible: false });
  const maybe = (sql: string): ColumnCast => ({ column, sql, rangeSql: sql, fallible: true });
  const target = duckdbType(column);
  if (format === 'csv' && column.type !== 'timestamp') return maybe(textCast(name, column.type, target));
  switch (column.type) {
    case 'timestamp':
      if (MOMENTS.test(physical)) return always(`make_timestamp_ms(epoch_ms(${name}))`, name);
      if (INTEGERS.test(physical)) return always(`make_timestamp_ms(${name}::BIGINT)`);
      return physical === 'VARCHAR' ? maybe(`make_timestamp_ms(epoch_ms(try_cast(${name} AS TIMESTAMPTZ)))`) : null;
    case 'float':
      return INTEGERS.test(physical) || REALS.test(physical) ? always(`${name}::${target}`) : null;
    case 'integer':
      return INTEGERS.test(physical) ? always(`${name}::${target}`) : null;
    case 'boolean':
      return physical === 'BOOLEAN' ? always(name) : null;
    case 'category':
    case 'text':
      return WORDS.test(physical) ? always(`${name}::${target}`) : null;
  }
}

/** DuckDB rounds the text 1.5 to the integer 2; a whole number must look like one. */
function textCast(name: string, type: ColumnType, target: string): string {
  const cast = `try_cast(${name} AS ${target})`;
  return type === 'integer' ? `CASE WHEN regexp_full_match(trim(${name}), '[+-]?[0-9]+') THEN ${cast} END` : cast;
}

function missingColumns(source: SourceSpec, missing: readonly { file: string; column: string; has: string }[]): PipelineError {
  const names = [...new Set(missing.map(({ column }) => column))];
  const [first] = missing;
  return new PipelineError('DATA_COLUMN_MISSING', {
    what: `${names.length === 1 ? 'column' : 'columns'} ${names.map((name) => `"${name}"`).join(', ')} missing`,
    where: first?.file ?? source.path,
    received: `the columns ${first?.has ?? 'none'}`,
    details: { missing: missing.map(({ file, column }) => ({ file, column })) },
  });
}

function wrongColumns(
  source: SourceSpec,
  wrong: readonly { column: string; expected: string; received: string }[],
): PipelineError {
  const unique = [...new Map(wrong.map((problem) => [`${problem.column}\n${problem.received}`, problem])).values()];
  return new PipelineError('DATA_COLUMN_TYPE', {
    what: unique.map(({ column, expected, received }) => `column "${column}": expected ${expected}, got ${received}`).join('; '),
    where: source.path,
    details: { columns: unique },
  });
}
