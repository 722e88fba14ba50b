import type { DuckDBConnection } from '@duckdb/node-api';
import { PipelineError } from '../errors/pipeline-error.js';
import type { ProfiledColumn } from './profile-source.js';
import { longRows } from './profile-source.js';

/** Most categories that a profile names; the rest is counted together. */
const MAX_CATEGORIES = 1000;

/** Counts by category. `of: 'hour_of_day'` is a timestamp's UTC hour, `00` to `23`. */
export type CategoryProfile = {
  readonly type: 'category';
  readonly of: 'value' | 'hour_of_day';
  /** Rows that are not null. */
  readonly count: number;
  readonly nulls: number;
  /** The 1,000 most frequent (ties in name order), in name order. */
  readonly categories: readonly string[];
  readonly counts: readonly number[];
  /** Rows of all further categories. */
  readonly other: number;
};

/** Profiles expressions that give VARCHARs over all rows of the relation, in one statement. */
export async function profileCategories(
  connection: DuckDBConnection,
  relationSql: string,
  columns: readonly ProfiledColumn<CategoryProfile['of']>[],
): Promise<readonly CategoryProfile[]> {
  if (columns.length === 0) return [];
  const values = longRows(
    relationSql,
    columns.map(({ sql }) => `(${sql})::VARCHAR`),
  );
  const reader = await connection.runAndReadAll(
    `WITH c AS MATERIALIZED (SELECT position, value AS k, count(*) AS n FROM ${values} GROUP BY ALL),
          top AS (SELECT position, k, n FROM c WHERE k IS NOT NULL
                  QUALIFY row_number() OVER (PARTITION BY position ORDER BY n DESC, k) <= ${MAX_CATEGORIES})
     SELECT position, k, n::DOUBLE, 0 AS part FROM top
     UNION ALL SELECT position, NULL, sum(n)::DOUBLE, 1 FROM c WHERE k IS NULL GROUP BY position
     UNION ALL SELECT position, NULL, sum(n)::DOUBLE, 2 FROM c WHERE k IS NOT NULL GROUP BY position`,
  );
  const found = columns.map(() => ({ entries: [] as (readonly [string, number])[], nulls: 0, count: 0 }));
  for (const [position, name, n, part] of reader.getRows()) {
    const column = found[Number(position)];
    if (column === undefined) continue;
    if (part === 0) column.entries.push([String(name), Number(n)]);
    else column[part === 1 ? 'nulls' : 'count'] = Number(n);
  }
  return found.map(({ entries, count, nulls }, position) => build(columns[position]?.of ?? 'value', entries, count, nulls));
}

/** Profile of the rows of both; exactly as if profiled at once while there are at most 1,000 categories in all. */
export function mergeCategory(left: CategoryProfile, right: CategoryProfile): CategoryProfile {
  if (left.of !== right.of) {
    throw new PipelineError('MONITOR_PROFILE_MISMATCH', {
      what: 'two category profiles differ in kind',
      expected: left.of,
      received: right.of,
    });
  }
  const sums = new Map<string, number>(left.categories.map((category, index) => [category, left.counts[index] ?? 0]));
  right.categories.forEach((category, index) => sums.set(category, (sums.get(category) ?? 0) + (right.counts[index] ?? 0)));
  const top = [...sums].sort((a, b) => b[1] - a[1] || compareNames(a[0], b[0])).slice(0, MAX_CATEGORIES);
  return build(left.of, top, left.count + right.count, left.nulls + right.nulls);
}

function build(
  of: CategoryProfile['of'],
  top: readonly (readonly [string, number])[],
  count: number,
  nulls: number,
): CategoryProfile {
  const sorted = [...top].sort((a, b) => compareNames(a[0], b[0]));
  const named = sorted.reduce((sum, [, n]) => sum + n, 0);
  return {
    type: 'category',
    of,
    count,
    nulls,
    categories: sorted.map(([name]) => name),
    counts: sorted.map(([, n]) => n),
    other: count - named,
  };
}

/** By UTF-8 bytes, as DuckDB orders text. */
const compareNames = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
