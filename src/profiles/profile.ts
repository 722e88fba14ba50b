import { identifier } from '../contracts/sql-text.js';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnSpec } from '../contracts/dataset.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { CategoryProfile } from './category-profile.js';
import { mergeCategory, profileCategories } from './category-profile.js';
import type { NumericColumn } from './profile-numbers.js';
import type { NumericProfile } from './numeric-profile.js';
import { mergeNumeric } from './merge-numeric.js';
import { profileNumbers } from './profile-numbers.js';
import type { ProfiledColumn } from './profile-source.js';

/** What is known of the values of one column: counts, moments and quantiles of numbers, or rows by category. */
export type ColumnProfile = NumericProfile | CategoryProfile;

/** What is remembered of the rows of a window: enough for every drift statistic, small enough to keep (JSON, tens of KiB). */
export type Profile = {
  /** Grows when profiles of two versions cannot be compared. */
  readonly formatVersion: typeof PROFILE_VERSION;
  readonly rows: number;
  readonly columns: { readonly [column: string]: ColumnProfile };
};

export const PROFILE_VERSION = 2;

/** Columns that are described together at most, and values of theirs that are looked at together at most. */
const COLUMNS_TOGETHER = 64;
const VALUES_TOGETHER = 1_000_000;

/**
 * Profiles the named columns of a relation, a table or a sub-query in parentheses, that `connection` can read. A function gives the relation for
 * some of the columns, so that a wide one is never read whole.
 * float, integer: values. boolean, category: counts. timestamp: UTC hour of day, since the time itself always moves. text: its length.
 * Deterministic: the same rows in any order give the same profile.
 * @param cuts - by column: numbers, ascending, at which its rows are to be counted exactly.
 */
export async function profileColumns(
  connection: DuckDBConnection,
  relation: string | ((columns: readonly ColumnSpec[]) => string),
  columns: readonly ColumnSpec[],
  cuts: Readonly<Record<string, readonly number[]>> = {},
): Promise<Profile> {
  const relationOf = typeof relation === 'string' ? () => relation : relation;
  const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${relationOf(columns.slice(0, 1))}`);
  const rows = Number(reader.getRows()[0]?.[0] ?? 0);
  const together = Math.max(1, Math.min(COLUMNS_TOGETHER, Math.floor(VALUES_TOGETHER / Math.max(rows, 1))));
  const profiles = new Map<string, ColumnProfile | undefined>();
  for (let first = 0; first < columns.length; first += together) {
    const some = columns.slice(first, first + together);
    const numeric = some.flatMap((column) => numericOf(column, cuts));
    const categorical = some.flatMap(categoryOf);
    const numbers = await profileNumbers(connection, relationOf(some), numeric);
    const categories = await profileCategories(connection, relationOf(some), categorical);
    for (const [position, { name }] of numeric.entries()) profiles.set(name, numbers[position]);
    for (const [position, { name }] of categorical.entries()) profiles.set(name, categories[position]);
  }
  return {
    formatVersion: PROFILE_VERSION,
    rows,
    columns: Object.fromEntries(
      columns.flatMap(({ name }): [string, ColumnProfile][] => {
        const profile = profiles.get(name);
        return profile === undefined ? [] : [[name, profile]];
      }),
    ),
  };
}

type Named<Of> = ProfiledColumn<Of> & { readonly name: string };

function numericOf(
  { name, type }: ColumnSpec,
  cuts: Readonly<Record<string, readonly number[]>>,
): (NumericColumn & { readonly name: string })[] {
  const asked = { name, cuts: Object.hasOwn(cuts, name) ? (cuts[name] ?? []) : [] };
  if (type === 'text') return [{ ...asked, sql: `length(${identifier(name)})`, of: 'length' }];
  return type === 'float' || type === 'integer' ? [{ ...asked, sql: identifier(name), of: 'value' }] : [];
}

function categoryOf({ name, type }: ColumnSpec): Named<CategoryProfile['of']>[] {
  if (type === 'timestamp') return [{ name, sql: `strftime(${identifier(name)}::TIMESTAMP, '%H')`, of: 'hour_of_day' }];
  return type === 'boolean' || type === 'category' ? [{ name, sql: identifier(name), of: 'value' }] : [];
}

/** Profile of the rows of both parts. MONITOR_PROFILE_MISMATCH when their columns differ. */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const names = Object.keys(a.columns);
  const missing = [
    ...names.filter((name) => !(name in b.columns)),
    ...Object.keys(b.columns).filter((name) => !(name in a.columns)),
  ];
  if (missing.length > 0) {
    throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
      what: `columns ${missing.join(', ')} are in only one of two profiles`,
    });
  }
  return {
    formatVersion: PROFILE_VERSION,
    rows: a.rows + b.rows,
    columns: Object.fromEntries(names.map((name) => [name, mergeColumn(name, a.columns[name], b.columns[name])])),
  };
}

function mergeColumn(name: string, a: ColumnProfile | undefined, b: ColumnProfile | undefined): ColumnProfile {
  if (a?.type === 'numeric' && b?.type === 'numeric') return mergeNumeric(a, b);
  if (a?.type === 'category' && b?.type === 'category') return mergeCategory(a, b);
  throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
    what: `column ${name} is profiled in two ways`,
    expected: a?.type ?? 'a profile',
    received: b?.type ?? 'none',
  });
}
