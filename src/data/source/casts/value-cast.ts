import { epochMsSql } from '../../../contracts/epoch-ms.js';
import type { ColumnSpec, ColumnType, CsvOptions, FileSource } from '../../../contracts/dataset.js';
import { duckdbType } from '../../../schema/duckdb-type.js';
import { literal } from '../../../contracts/sql-text.js';
import { formatOf } from '../format-of.js';
import type { SourceColumn } from '../source-group.js';

/**
 * How the values of one column of some files become values of a dataset, in three steps, each SQL over what the step before gave: so each is
 * computed once, whoever asks for it.
 */
export interface ValueCast {
  /** What the files have, over the column; null where it is missing. */
  readonly field: string;
  /** What it reads as, over the field; null where it cannot be read. */
  readonly read: (field: string) => string;
  /** The value in the column's type, over what was read; null where it is missing or no such value. */
  readonly value: (read: string) => string;
  /** True where there is a field and `value` is null for it, though it is not missing; null when that cannot happen. */
  readonly fails: ((field: string, read: string) => string) | null;
  /** SQL over the column that orders as the value does and lets the reader skip row groups. */
  readonly rangeSql: string;
  /** True when a value that cannot be read may lie anywhere by `rangeSql`, so that no window shows it. */
  readonly hides: boolean;
}

/** The value over the column itself: for single columns. */
export function valueSql({ field, read, value }: ValueCast): string {
  return value(read(field));
}

/** As `valueSql`, where the value fails. */
export function failsSql({ field, read, fails }: ValueCast): string | null {
  return fails === null ? null : fails(field, read(field));
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
export function valueCast(column: ColumnSpec, { sql: name, type: physical }: SourceColumn, source: FileSource): ValueCast | null {
  if (formatOf(source).readsTexts) return textCast(column, name, source.options ?? {});
  const target = duckdbType(column);
  switch (column.type) {
    case 'timestamp':
      if (MOMENTS.test(physical))
        return { ...unlessNull(name, (field) => epochMsSql(field), momentOf), rangeSql: name, hides: false };
      if (INTEGERS.test(physical)) return unlessNull(name, (field) => `try_cast(${field} AS BIGINT)`, momentOf);
      return WORDS.test(physical) ? unlessNull(`${name}::VARCHAR`, textMoment, momentOf) : null;
    case 'float':
      if (FLOATS.test(physical)) return finiteFloat(`${name}::DOUBLE`, same, source.options?.infinities === 'missing');
      return INTEGERS.test(physical) || DECIMALS.test(physical) ? always(`${name}::${target}`) : null;
    case 'integer':
      if (WIDE_INTEGERS.test(physical)) return unlessNull(name, (field) => `try_cast(${field} AS ${target})`);
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

const same = (sql: string): string => sql;

function always(field: string): ValueCast {
  return { field, read: same, value: same, rangeSql: field, fails: null, hides: false };
}

/** A field whose value is null fails. */
function unlessNull(field: string, read: ValueCast['read'], value: ValueCast['value'] = same): ValueCast {
  const fails = (present: string, found: string): string => `(${present} IS NOT NULL AND ${value(found)} IS NULL)`;
  return { field, read, value, fails, rangeSql: value(read(field)), hides: true };
}

/** A CSV field is text; an empty one is missing unless the column is of texts and it was quoted. */
function textCast({ type }: ColumnSpec, name: string, options: CsvOptions): ValueCast {
  const missing = [...(type === 'text' || type === 'category' ? [] : ['']), ...(options.nullTexts ?? [])];
  const field = missing.length === 0 ? name : `CASE WHEN NOT ${among(name, missing)} THEN ${name} END`;
  switch (type) {
    case 'text':
    case 'category':
      return always(field);
    case 'timestamp':
      return unlessNull(field, textMoment, momentOf);
    case 'integer':
      return unlessNull(field, (text) => textInteger(text, options.wholeFloats === true));
    case 'boolean':
      return unlessNull(field, (text) => textBoolean(text, options));
    case 'float':
      return finiteFloat(field, textNumber, options.infinities === 'missing');
  }
}

/** Not IN: the engine makes a join of each list that is longer than a few values, which thousands of columns cannot have. */
function among(text: string, texts: readonly string[]): string {
  const [only] = texts;
  return texts.length === 1 && only !== undefined
    ? `${text} = ${literal(only)}`
    : `list_contains([${texts.map(literal).join(', ')}], ${text})`;
}

const NUMBER = '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?';
const NOT_A_NUMBER = '[+-]?nan';
const INFINITE = '[+-]?inf(inity)?';

/** The engine reads more than this as a number, 1_000 for example. */
function textNumber(field: string): string {
  const text = `trim(${field})`;
  const named = (pattern: string, value: string): string =>
    `WHEN regexp_full_match(${text}, '${pattern}', 'i') THEN '${value}'::DOUBLE`;
  return `CASE WHEN regexp_full_match(${text}, '${NUMBER}') THEN try_cast(${text} AS DOUBLE)
    ${named(NOT_A_NUMBER, 'nan')} ${named(INFINITE, 'inf')} END`;
}

/** NaN is missing. */
function finiteFloat(field: string, read: ValueCast['read'], infinitiesMissing: boolean): ValueCast {
  const value = (number: string): string => `CASE WHEN isfinite(${number}) THEN ${number} END`;
  const fails = (present: string, number: string): string =>
    `(${present} IS NOT NULL AND ${infinitiesMissing ? `${number} IS NULL` : `(${number} IS NULL OR isinf(${number}))`})`;
  return { field, read, value, fails, rangeSql: value(read(field)), hides: true };
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
  return `CASE WHEN ${among(text, asked ? trueTexts : TRUE)} THEN true WHEN ${among(text, asked ? falseTexts : FALSE)} THEN false END`;
}

/** Years 1 to 9999: what ISO-8601 writes with four digits. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

function momentOf(ms: string): string {
  return `CASE WHEN ${ms} BETWEEN ${String(EARLIEST_MS)} AND ${String(LATEST_MS)} THEN make_timestamp_ms(${ms}) END`;
}

/** Digits that are a calendar date without separators are no milliseconds: read as such they would all lie in 1970, or after 2500. */
const COMPACT_DATE = '(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([0-9]{6})?';

/** Milliseconds since 1970. */
function textMoment(field: string): string {
  const text = `trim(${field})`;
  const isMs = `regexp_full_match(${text}, '[+-]?[0-9]+') AND NOT regexp_full_match(${text}, '${COMPACT_DATE}')`;
  const isIso = `regexp_matches(${text}, '^[0-9]{4}-')`;
  return `(CASE WHEN ${isMs} THEN try_cast(${text} AS BIGINT) WHEN ${isIso} THEN ${epochMsSql(`try_cast(${text} AS TIMESTAMPTZ)`)} END)`;
}
