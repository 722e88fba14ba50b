import type { DuckDBConnection } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Binned } from './bin-grid.js';
import { binOfSql, binSorted, MAX_BINS, mergeBins, searchExponent } from './bin-grid.js';

/**
 * Distribution of a numeric column: exact value counts while there are at most 2,048 distinct values, else counts on a grid whose
 * bin width is a power of two, the smallest that leaves at most 2,048 bins occupied. `of: 'length'` profiles the length of a text.
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
  /** Null: `positions` are values. Else position k stands for [k, k + 1) * 2^binExponent. */
  readonly binExponent: number | null;
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
    `CREATE TEMP TABLE ${table} AS SELECT CASE WHEN isfinite(v) THEN v + 0.0 END AS v, count(*)::DOUBLE AS n
     FROM (SELECT (${expression})::DOUBLE AS v FROM ${relationSql}) GROUP BY 1`,
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
    const exponent = empty || (distinct ?? 0) <= MAX_BINS ? null : await chooseExponent(connection, table, min ?? 0, max ?? 0);
    const position = exponent === null ? 'v' : binOfSql('v', exponent);
    const rows = await numbers(connection, `SELECT ${position}, sum(n) FROM ${table} WHERE v IS NOT NULL GROUP BY 1 ORDER BY 1`);
    return {
      type: 'numeric',
      of,
      ...moments,
      binExponent: exponent,
      positions: rows.map(([at]) => at ?? 0),
      counts: rows.map(([, n]) => n ?? 0),
    };
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** Profile of the rows of both: bins exactly as if profiled at once, mean and m2 within rounding (Chan, Golub, LeVeque 1979). */
export function mergeNumeric(left: NumericProfile, right: NumericProfile): NumericProfile {
  if (left.of !== right.of) {
    throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
      what: 'two numeric profiles differ in kind',
      expected: left.of,
      received: right.of,
    });
  }
  const bins = mergeBins(binsOf(left), binsOf(right));
  return {
    type: 'numeric',
    of: left.of,
    nulls: left.nulls + right.nulls,
    ...mergeMoments(left, right),
    binExponent: bins.exponent,
    positions: bins.positions,
    counts: bins.counts,
  };
}

/** Profile of numbers that are in memory already; the same as of a column of them. NaN and infinities count as nulls. */
export function profileValues(values: Float64Array): NumericProfile {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const m2 = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const bins = binSorted(sorted);
  const moments =
    count === 0 ? { min: null, max: null, mean: null, m2: null } : { min: sorted[0] ?? 0, max: sorted[count - 1] ?? 0, mean, m2 };
  return {
    type: 'numeric',
    of: 'value',
    count,
    nulls: values.length - count,
    ...moments,
    binExponent: bins.exponent,
    positions: bins.positions,
    counts: bins.counts,
  };
}

export const binsOf = (profile: NumericProfile): Binned => ({
  exponent: profile.binExponent,
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

async function chooseExponent(connection: DuckDBConnection, table: string, min: number, max: number): Promise<number> {
  const search = searchExponent(min, max);
  let step = search.next();
  while (step.done !== true) {
    const [row] = await numbers(
      connection,
      `SELECT count(DISTINCT ${binOfSql('v', step.value)})::DOUBLE FROM ${table} WHERE v IS NOT NULL`,
    );
    step = search.next(row?.[0] ?? 0);
  }
  return step.value;
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<(number | null)[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : Number(value))));
}
