import type { DuckDBConnection } from '@duckdb/node-api';
import { randomUUID } from 'node:crypto';
import type { ProfiledColumn } from './profile-source.js';
import { longRows } from './profile-source.js';
import { MAX_BUCKETS, orderKeySql, positionSql, smallestShift } from './value-buckets.js';
import type { NumericProfile, RowsUpTo } from './numeric-profile.js';
import { DECILE_PARTS } from './numeric-profile.js';

/** A numeric column that is profiled; `cuts`: numbers, ascending, at which its rows are counted exactly. */
export type NumericColumn = ProfiledColumn<NumericProfile['of']> & { readonly cuts?: readonly number[] };

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
