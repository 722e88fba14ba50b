import type { DuckDBConnection } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Buckets } from './value-buckets.js';
import { bucketSorted, MAX_BUCKETS, mergeBuckets, orderKeySql, positionSql, smallestShift } from './value-buckets.js';

/**
 * Distribution of a numeric column: exact value counts while there are at most 2,048 distinct values, else counts in buckets of equal
 * relative width (see `Buckets`), the narrowest of which at most 2,048 are occupied. The share of rows below an edge of a bucket is exact,
 * so that a rank between two edges is wrong by less than the share of one bucket (`rankError`). `of: 'length'` profiles the length of a text.
 */
export type NumericProfile = {
  readonly type: 'numeric';
  readonly of: 'value' | 'length';
  /** Rows with a finite value. */
  readonly count: number;
  /** Rows with null, NaN or an infinity. */
  readonly nulls: number;
  /** Null when there is no value. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Sum of squared differences from the mean; population variance = m2 / count. */
  readonly m2: number | null;
  /** Null: `positions` are values. Else they are buckets of order keys, cut off by so many bits. */
  readonly bucketShift: number | null;
  /** Ascending. */
  readonly positions: readonly number[];
  readonly counts: readonly number[];
};

/** Profiles `expression`, which must give a number, over all rows of the relation. Deterministic, whatever DuckDB's threads. */
export async function profileNumeric(
  connection: DuckDBConnection,
  relationSql: string,
  expression: string,
  of: NumericProfile['of'],
): Promise<NumericProfile> {
  const table = `profile_${randomUUID().replaceAll('-', '')}`;
  await connection.run(
    `CREATE TEMP TABLE ${table} AS SELECT v, n, ${orderKeySql('v')} AS k FROM (
       SELECT CASE WHEN isfinite(v) THEN v + 0.0 END AS v, count(*)::DOUBLE AS n
       FROM (SELECT (${expression})::DOUBLE AS v FROM ${relationSql}) GROUP BY 1)`,
  );
  try {
    const [summary] = await numbers(
      connection,
      `WITH s AS (SELECT sum(n ORDER BY v) AS rows, sum(v * n ORDER BY v) / sum(n ORDER BY v) AS mean FROM ${table} WHERE v IS NOT NULL)
       SELECT coalesce(max(s.rows), 0), (SELECT coalesce(sum(n), 0) FROM ${table} WHERE v IS NULL), min(v), max(v), max(s.mean),
              sum(n * (v - s.mean) * (v - s.mean) ORDER BY v), count(v)::DOUBLE
       FROM ${table}, s WHERE v IS NOT NULL`,
    );
    const [count, nulls, min, max, mean, m2, distinct] = summary ?? [];
    const empty = count === undefined || count === null || count === 0;
    const moments = empty
      ? { count: 0, nulls: nulls ?? 0, min: null, max: null, mean: null, m2: null }
      : { count, nulls: nulls ?? 0, min: min ?? null, max: max ?? null, mean: mean ?? null, m2: m2 ?? null };
    const shift = empty || (distinct ?? 0) <= MAX_BUCKETS ? null : await chooseShift(connection, table);
    const position = shift === null ? 'v' : `(${positionSql('k', shift)})::DOUBLE`;
    const rows = await numbers(connection, `SELECT ${position}, sum(n) FROM ${table} WHERE v IS NOT NULL GROUP BY 1 ORDER BY 1`);
    return {
      type: 'numeric',
      of,
      ...moments,
      bucketShift: shift,
      positions: rows.map(([at]) => at ?? 0),
      counts: rows.map(([, n]) => n ?? 0),
    };
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** Profile of the rows of both: buckets exactly as if profiled at once, in any order, mean and m2 within rounding (Chan, Golub, LeVeque 1979). */
export function mergeNumeric(left: NumericProfile, right: NumericProfile): NumericProfile {
  if (left.of !== right.of) {
    throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
      what: 'two numeric profiles differ in kind',
      expected: left.of,
      received: right.of,
    });
  }
  const buckets = mergeBuckets(bucketsOf(left), bucketsOf(right));
  return {
    type: 'numeric',
    of: left.of,
    nulls: left.nulls + right.nulls,
    ...mergeMoments(left, right),
    bucketShift: buckets.shift,
    positions: buckets.positions,
    counts: buckets.counts,
  };
}

/** Profile of numbers that are in memory already; the same as of a column of them. NaN and infinities count as nulls. */
export function profileValues(values: Float64Array): NumericProfile {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const m2 = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const buckets = bucketSorted(sorted);
  const moments =
    count === 0 ? { min: null, max: null, mean: null, m2: null } : { min: sorted[0] ?? 0, max: sorted[count - 1] ?? 0, mean, m2 };
  return {
    type: 'numeric',
    of: 'value',
    count,
    nulls: values.length - count,
    ...moments,
    bucketShift: buckets.shift,
    positions: buckets.positions,
    counts: buckets.counts,
  };
}

/** Largest share of rows, 0..1, whose order a profile does not know: 0 while it has the values themselves. */
export function rankError({ bucketShift, count, counts }: NumericProfile): number {
  return bucketShift === null || count === 0 ? 0 : counts.reduce((most, n) => Math.max(most, n), 0) / count;
}

export const bucketsOf = (profile: NumericProfile): Buckets => ({
  shift: profile.bucketShift,
  positions: profile.positions,
  counts: profile.counts,
});

function mergeMoments(
  left: NumericProfile,
  right: NumericProfile,
): Pick<NumericProfile, 'count' | 'min' | 'max' | 'mean' | 'm2'> {
  if (left.mean === null || left.min === null || left.max === null || left.m2 === null) return momentsOf(right);
  if (right.mean === null || right.min === null || right.max === null || right.m2 === null) return momentsOf(left);
  const count = left.count + right.count;
  const gap = right.mean - left.mean;
  return {
    count,
    min: Math.min(left.min, right.min),
    max: Math.max(left.max, right.max),
    mean: (left.mean * left.count + right.mean * right.count) / count,
    m2: left.m2 + right.m2 + (gap * gap * left.count * right.count) / count,
  };
}

const momentsOf = ({
  count,
  min,
  max,
  mean,
  m2,
}: NumericProfile): Pick<NumericProfile, 'count' | 'min' | 'max' | 'mean' | 'm2'> => ({ count, min, max, mean, m2 });

function chooseShift(connection: DuckDBConnection, table: string): Promise<number> {
  return smallestShift(async (shift) => {
    const [row] = await numbers(
      connection,
      `SELECT count(DISTINCT ${positionSql('k', shift)})::DOUBLE FROM ${table} WHERE v IS NOT NULL`,
    );
    return row?.[0] ?? 0;
  });
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<(number | null)[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : Number(value))));
}
