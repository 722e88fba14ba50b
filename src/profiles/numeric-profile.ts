import type { DuckDBConnection } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ProfiledColumn } from './profile-source.js';
import { longRows } from './profile-source.js';
import type { Buckets } from './value-buckets.js';
import { bucketSorted, MAX_BUCKETS, mergeBuckets, orderKeySql, positionSql, smallestShift } from './value-buckets.js';
import { nearestRank } from '../metrics/quantiles.js';

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
  /**
   * The nine deciles (inverse of the empirical distribution, ascending, equal ones once), exact. Absent while `positions` are values, which say
   * them, and in a merged profile, whose rows are not known any more.
   */
  readonly deciles?: RowsUpTo;
  /** The same at numbers that were asked for: the deciles of what these rows are compared with. */
  readonly cuts?: RowsUpTo;
};

/** How many rows are not above some numbers. */
export type RowsUpTo = { readonly at: readonly number[]; readonly rows: readonly number[] };

/** A numeric column that is profiled; `cuts`: numbers, ascending, at which its rows are counted exactly. */
export type NumericColumn = ProfiledColumn<NumericProfile['of']> & { readonly cuts?: readonly number[] };

/** Parts that the deciles divide a column into. */
export const DECILE_PARTS = 10;

/** Profiles expressions that give numbers over all rows of the relation, in a few statements. Deterministic, whatever DuckDB's threads. */
export async function profileNumbers(
  connection: DuckDBConnection,
  relationSql: string,
  columns: readonly NumericColumn[],
): Promise<readonly NumericProfile[]> {
  if (columns.length === 0) return [];
  const table = `profile_${randomUUID().replaceAll('-', '')}`;
  const values = longRows(
    relationSql,
    columns.map(({ sql }) => `(${sql})::DOUBLE`),
  );
  await connection.run(
    `CREATE TEMP TABLE ${table} AS SELECT position, v, n, ${orderKeySql('v')} AS k FROM (
       SELECT position, CASE WHEN isfinite(value) THEN value + 0.0 END AS v, count(*)::DOUBLE AS n FROM ${values} GROUP BY 1, 2)`,
  );
  try {
    const { moments, distinct: values } = await momentsByPosition(connection, table);
    const shifts = new Map<number, number>();
    for (const [position, distinct] of values) {
      if (distinct > MAX_BUCKETS) shifts.set(position, await chooseShift(connection, table, position));
    }
    const shifted = [...shifts].map(([position, shift]) => `WHEN ${position} THEN (${positionSql('k', shift)})::DOUBLE`);
    const at = shifted.length === 0 ? 'v' : `CASE position ${shifted.join(' ')} ELSE v END`;
    const rows = await numbers(
      connection,
      `SELECT position, ${at} AS at, sum(n) FROM ${table} WHERE v IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    const buckets = columns.map(() => ({ positions: [] as number[], counts: [] as number[] }));
    for (const [position, bucket, n] of rows) {
      buckets[position ?? 0]?.positions.push(bucket ?? 0);
      buckets[position ?? 0]?.counts.push(n ?? 0);
    }
    const deciles = await decilesByPosition(connection, table, [...shifts.keys()]);
    const cuts = await cutsByPosition(
      connection,
      table,
      columns.flatMap((column, position) => (shifts.has(position) ? [[position, column.cuts ?? []] as const] : [])),
    );
    return columns.map(({ of }, position) => ({
      type: 'numeric',
      of,
      ...(moments.get(position) ?? NO_ROWS),
      bucketShift: shifts.get(position) ?? null,
      ...(buckets[position] ?? { positions: [], counts: [] }),
      ...withParts(deciles.get(position), cuts.get(position)),
    }));
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

const withParts = (deciles?: RowsUpTo, cuts?: RowsUpTo): Pick<NumericProfile, 'deciles' | 'cuts'> => ({
  ...(deciles === undefined ? {} : { deciles }),
  ...(cuts === undefined ? {} : { cuts }),
});

/** Deciles of the columns at these positions: the values at which the share of rows up to them passes a tenth. */
async function decilesByPosition(
  connection: DuckDBConnection,
  table: string,
  positions: readonly number[],
): Promise<ReadonlyMap<number, RowsUpTo>> {
  if (positions.length === 0) return new Map();
  const parts = String(DECILE_PARTS);
  const rows = await numbers(
    connection,
    `WITH upto AS (
       SELECT position, v, n::BIGINT AS n, sum(n::BIGINT) OVER (PARTITION BY position ORDER BY v ROWS UNBOUNDED PRECEDING) AS below,
         sum(n::BIGINT) OVER (PARTITION BY position) AS total
       FROM ${table} WHERE v IS NOT NULL AND position IN (${positions.join(', ')}))
     SELECT position, v, below::DOUBLE FROM upto
     WHERE least((below * ${parts}) // total, ${parts} - 1) > ((below - n) * ${parts}) // total ORDER BY position, v`,
  );
  return byPosition(rows);
}

/** Rows of columns that are not above the numbers asked for; none where no number is. */
async function cutsByPosition(
  connection: DuckDBConnection,
  table: string,
  asked: readonly (readonly [position: number, cuts: readonly number[]])[],
): Promise<ReadonlyMap<number, RowsUpTo>> {
  const values = asked.flatMap(([position, cuts]) => cuts.map((cut) => `(${position}, ${cut.toExponential()}::DOUBLE)`));
  if (values.length === 0) return new Map();
  const rows = await numbers(
    connection,
    `SELECT c.position, c.cut, coalesce(sum(t.n), 0) FROM (VALUES ${values.join(', ')}) c(position, cut)
     LEFT JOIN ${table} t ON t.position = c.position AND t.v <= c.cut GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return byPosition(rows);
}

function byPosition(rows: readonly (readonly (number | null)[])[]): ReadonlyMap<number, RowsUpTo> {
  const found = new Map<number, { at: number[]; rows: number[] }>();
  for (const [position, at, n] of rows) {
    const own = found.get(position ?? 0) ?? { at: [], rows: [] };
    own.at.push(at ?? 0);
    own.rows.push(n ?? 0);
    found.set(position ?? 0, own);
  }
  return found;
}

type Moments = Pick<NumericProfile, 'count' | 'nulls' | 'min' | 'max' | 'mean' | 'm2'>;
const NO_ROWS: Moments = { count: 0, nulls: 0, min: null, max: null, mean: null, m2: null };

/** Counts of each column's distinct values, by position, and their number. */
async function momentsByPosition(
  connection: DuckDBConnection,
  table: string,
): Promise<{ readonly moments: ReadonlyMap<number, Moments>; readonly distinct: ReadonlyMap<number, number> }> {
  const missing = await numbers(connection, `SELECT position, sum(n) FROM ${table} WHERE v IS NULL GROUP BY position`);
  const present = await numbers(
    connection,
    `WITH s AS (SELECT position, sum(n ORDER BY v) AS rows, sum(v * n ORDER BY v) / sum(n ORDER BY v) AS mean
                FROM ${table} WHERE v IS NOT NULL GROUP BY position)
     SELECT position, max(s.rows), min(v), max(v), max(s.mean), sum(n * (v - s.mean) * (v - s.mean) ORDER BY v), count(v)::DOUBLE
     FROM ${table} JOIN s USING (position) WHERE v IS NOT NULL GROUP BY position`,
  );
  const moments = new Map<number, Moments>(
    missing.map(([position, nulls]) => [position ?? 0, { ...NO_ROWS, nulls: nulls ?? 0 }]),
  );
  const distinct = new Map<number, number>();
  for (const [position, count, min, max, mean, m2, values] of present) {
    const at = position ?? 0;
    const { nulls } = moments.get(at) ?? NO_ROWS;
    moments.set(at, { count: count ?? 0, nulls, min: min ?? null, max: max ?? null, mean: mean ?? null, m2: m2 ?? null });
    distinct.set(at, values ?? 0);
  }
  return { moments, distinct };
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
    ...(buckets.shift === null ? {} : mergeCuts(left.cuts, right.cuts)),
  };
}

/** Those that both were counted at; a part that has values only is counted here no more. */
function mergeCuts(left?: RowsUpTo, right?: RowsUpTo): Pick<NumericProfile, 'cuts'> {
  if (left === undefined || right === undefined || left.at.join() !== right.at.join()) return {};
  return { cuts: { at: left.at, rows: left.rows.map((n, index) => n + (right.rows[index] ?? 0)) } };
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
    ...(buckets.shift === null ? {} : { deciles: decilesOf(sorted) }),
  };
}

function decilesOf(sorted: Float64Array): RowsUpTo {
  const found: { readonly at: number[]; readonly rows: number[] } = { at: [], rows: [] };
  for (let part = 1; part < DECILE_PARTS; part += 1) {
    const value = nearestRank(sorted, part, DECILE_PARTS) + 0;
    if (found.at.at(-1) === value) continue;
    found.at.push(value);
    found.rows.push(rowsUpTo(sorted, value));
  }
  return found;
}

/** By halves: how many of ascending numbers are not above a value. */
function rowsUpTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
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

function chooseShift(connection: DuckDBConnection, table: string, position: number): Promise<number> {
  return smallestShift(async (shift) => {
    const [row] = await numbers(
      connection,
      `SELECT count(DISTINCT ${positionSql('k', shift)})::DOUBLE FROM ${table} WHERE v IS NOT NULL AND position = ${position}`,
    );
    return row?.[0] ?? 0;
  });
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<(number | null)[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : Number(value))));
}
