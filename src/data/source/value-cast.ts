import type { ColumnSpec, ColumnType, CsvOptions, SourceSpec } from '../../contracts/dataset.js';
import { duckdbType } from '../../schema/duckdb-type.js';
import { literal } from '../sql-text.js';
import type { SourceColumn } from './source-group.js';

/** How the values of one column of some files become values of a dataset. */
export interface ValueCast {
  /** SQL that gives the value in the column's type; null where it is missing or cannot be read as one. */
  readonly sql: string;
  /** SQL that is true where there is a value and `sql` cannot read it; null when that cannot happen. */
  readonly fails: string | null;
  /** SQL that orders as `sql` does and lets the reader skip row groups. */
  readonly rangeSql: string;
  /** True when a value that `sql` cannot read may lie anywhere by `rangeSql`, so that no window shows it. */
  readonly hides: boolean;
}

const INTEGERS = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT)|U?HUGEINT)$/;
const WIDE_INTEGERS = /^(UBIGINT|U?HUGEINT)$/;
const FLOATS = /^(FLOAT|DOUBLE)$/;
const DECIMALS = /^DECIMAL\(.*\)$/;
const MOMENTS = /^(TIMESTAMP(_S|_MS|_NS)?|DATE|TIMESTAMP WITH TIME ZONE)$/;
const WORDS = /^(VARCHAR|ENUM\(.*\))$/;

/** What a column of each type is read from, in words. */
export const ACCEPTED: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP, DATE, text in ISO-8601 or whole milliseconds since 1970, in the years 1 to 9999',
  float: 'a finite number',
  integer: 'a whole number',
  boolean: 'BOOLEAN',
  category: 'text',
  text: 'text',
};

/** The cast of a column from its physical type of DuckDB; null when there is none. NaN is missing; infinities fail unless they are said to be. */
export function valueCast(column: ColumnSpec, { sql: name, type: physical }: SourceColumn, source: SourceSpec): ValueCast | null {
  if (source.format === 'csv') return textCast(column, name, source.options ?? {});
  const target = duckdbType(column);
  switch (column.type) {
    case 'timestamp':
      if (MOMENTS.test(physical)) return failing(name, momentOf(`epoch_ms(${name})`), { rangeSql: name, hides: false });
      if (INTEGERS.test(physical)) return failing(name, momentOf(`try_cast(${name} AS BIGINT)`));
      return WORDS.test(physical) ? failing(`${name}::VARCHAR`, textMoment(`${name}::VARCHAR`)) : null;
    case 'float':
      if (FLOATS.test(physical))
        return finiteFloat(`${name}::DOUBLE`, `${name}::DOUBLE`, source.options?.infinities === 'missing');
      return INTEGERS.test(physical) || DECIMALS.test(physical) ? always(`${name}::${target}`) : null;
    case 'integer':
      if (WIDE_INTEGERS.test(physical)) return failing(name, `try_cast(${name} AS ${target})`);
      return INTEGERS.test(physical) ? always(`${name}::${target}`) : null;
    case 'boolean':
      return physical === 'BOOLEAN' ? always(name) : null;
    case 'category':
    case 'text':
      return WORDS.test(physical) ? always(`${name}::${target}`) : null;
  }
}

/** A column of a file that has no value of it: its physical type does not count. */
export function missingValues(column: ColumnSpec): ValueCast {
  return always(`NULL::${duckdbType(column)}`);
}

function always(sql: string): ValueCast {
  return { sql, rangeSql: sql, fails: null, hides: false };
}

function failing(present: string, sql: string, { rangeSql = sql, hides = true } = {}): ValueCast {
  return { sql, rangeSql, fails: `((${present}) IS NOT NULL AND (${sql}) IS NULL)`, hides };
}

/** A CSV field is text; an empty one is missing unless the column is of texts and it was quoted. */
function textCast({ type }: ColumnSpec, name: string, options: CsvOptions): ValueCast {
  const missing = [...(type === 'text' || type === 'category' ? [] : ['']), ...(options.nullTexts ?? [])];
  const field = missing.length === 0 ? name : `CASE WHEN ${name} NOT IN (${missing.map(literal).join(', ')}) THEN ${name} END`;
  switch (type) {
    case 'text':
    case 'category':
      return always(field);
    case 'timestamp':
      return failing(field, textMoment(field));
    case 'integer':
      return failing(field, textInteger(field, options.wholeFloats === true));
    case 'boolean':
      return failing(field, textBoolean(field, options));
    case 'float':
      return textFloat(field, options.infinities === 'missing');
  }
}

const NUMBER = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
const NOT_A_NUMBER = '[+-]?nan';
const INFINITE = '[+-]?inf(inity)?';

/** The engine reads more than this as a number, 1_000 for example. */
function textFloat(field: string, infinitiesMissing: boolean): ValueCast {
  const text = `trim(${field})`;
  const named = `regexp_full_match(lower(${text}), '${infinitiesMissing ? `${NOT_A_NUMBER}|${INFINITE}` : NOT_A_NUMBER}')`;
  const number = `CASE WHEN regexp_full_match(${text}, '${NUMBER}') THEN try_cast(${text} AS DOUBLE) END`;
  return finiteFloat(`CASE WHEN NOT ${named} THEN ${field} END`, number, infinitiesMissing);
}

function finiteFloat(present: string, number: string, infinitiesMissing: boolean): ValueCast {
  const sql = `CASE WHEN isfinite(${number}) THEN ${number} END`;
  // A text that is no number is null as a number, and fails; NaN and, where asked, infinities are values that are missing.
  const missing = `coalesce(isnan(${number})${infinitiesMissing ? ` OR isinf(${number})` : ''}, false)`;
  return { sql, rangeSql: sql, fails: `((${present}) IS NOT NULL AND (${sql}) IS NULL AND NOT ${missing})`, hides: true };
}

/** The engine rounds the text 1.5 to the integer 2; a whole number must look like one. */
function textInteger(field: string, wholeFloats: boolean): string {
  const digits = `regexp_extract(trim(${field}), '^([+-]?[0-9]+)${wholeFloats ? '([.]0*)?' : ''}$', 1)`;
  return `try_cast(nullif(${digits}, '') AS BIGINT)`;
}

const TRUE = ['true', 't', 'yes', 'y', '1'];
const FALSE = ['false', 'f', 'no', 'n', '0'];

function textBoolean(field: string, { trueTexts, falseTexts }: CsvOptions): string {
  const asked = trueTexts !== undefined && falseTexts !== undefined;
  const text = asked ? field : `lower(trim(${field}))`;
  const among = (texts: readonly string[]): string => `${text} IN (${texts.map(literal).join(', ')})`;
  return `CASE WHEN ${among(asked ? trueTexts : TRUE)} THEN true WHEN ${among(asked ? falseTexts : FALSE)} THEN false END`;
}

/** Years 1 to 9999: what ISO-8601 writes with four digits. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

function momentOf(ms: string): string {
  return `CASE WHEN ${ms} BETWEEN ${String(EARLIEST_MS)} AND ${String(LATEST_MS)} THEN make_timestamp_ms(${ms}) END`;
}

/** Digits that are a calendar date without separators are no milliseconds: read as such they would all lie in 1970, or after 2500. */
const COMPACT_DATE = '(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([0-9]{6})?';

function textMoment(field: string): string {
  const text = `trim(${field})`;
  const isMs = `regexp_full_match(${text}, '[+-]?[0-9]+') AND NOT regexp_full_match(${text}, '${COMPACT_DATE}')`;
  const isIso = `regexp_matches(${text}, '^[0-9]{4}-')`;
  const ms = `CASE WHEN ${isMs} THEN try_cast(${text} AS BIGINT) WHEN ${isIso} THEN epoch_ms(try_cast(${text} AS TIMESTAMPTZ)) END`;
  return momentOf(`(${ms})`);
}
