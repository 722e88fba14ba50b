import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnSpec } from '../contracts/dataset.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { CategoryProfile } from './category-profile.js';
import { mergeCategory, profileCategory } from './category-profile.js';
import type { NumericProfile } from './numeric-profile.js';
import { mergeNumeric, profileNumeric } from './numeric-profile.js';

export type ColumnProfile = NumericProfile | CategoryProfile;

/** What is remembered of the rows of a window: enough for every drift statistic, small enough to keep (JSON, tens of KiB). */
export type Profile = {
  /** Grows when profiles of two versions cannot be compared. */
  readonly formatVersion: typeof PROFILE_VERSION;
  readonly rows: number;
  readonly columns: { readonly [column: string]: ColumnProfile };
};

export const PROFILE_VERSION = 2;

/**
 * Profiles the named columns of a relation, a table or a sub-query in parentheses, that `connection` can read.
 * float, integer: values. boolean, category: counts. timestamp: UTC hour of day, since the time itself always moves. text: its length.
 * Deterministic: the same rows in any order give the same profile.
 */
export async function profileColumns(
  connection: DuckDBConnection,
  relationSql: string,
  columns: readonly ColumnSpec[],
): Promise<Profile> {
  const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${relationSql}`);
  const profiles: [string, ColumnProfile][] = [];
  for (const column of columns) profiles.push([column.name, await profileColumn(connection, relationSql, column)]);
  return { formatVersion: PROFILE_VERSION, rows: Number(reader.getRows()[0]?.[0] ?? 0), columns: Object.fromEntries(profiles) };
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

function profileColumn(connection: DuckDBConnection, relationSql: string, column: ColumnSpec): Promise<ColumnProfile> {
  const name = `"${column.name.replaceAll('"', '""')}"`;
  switch (column.type) {
    case 'float':
    case 'integer':
      return profileNumeric(connection, relationSql, name, 'value');
    case 'text':
      return profileNumeric(connection, relationSql, `length(${name})`, 'length');
    case 'timestamp':
      return profileCategory(connection, relationSql, `strftime(${name}::TIMESTAMP, '%H')`, 'hour_of_day');
    case 'boolean':
    case 'category':
      return profileCategory(connection, relationSql, name, 'value');
  }
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
