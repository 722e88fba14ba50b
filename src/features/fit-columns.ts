import type { DuckDb } from '../data/duckdb.js';
import { rawFloat, rawText } from './encode-sql.js';
import type { Encoder } from './encoder.js';

export type ColumnFeature = { readonly feature: string; readonly column: string };
export type CategoryFeature = ColumnFeature & { readonly maxCategories: number };

/** Means and deviations of the finite values of some columns, in one statement. */
export async function fitStandardize(db: DuckDb, train: string, features: readonly ColumnFeature[]): Promise<readonly Encoder[]> {
  if (features.length === 0) return [];
  const each = (sql: (position: string, column: string) => string): string =>
    features.map(({ column }, position) => sql(String(position), column)).join(', ');
  const values = `SELECT ${each((n, column) => `${rawFloat(column)}::DOUBLE AS v${n}`)} FROM ${train}`;
  const finite = `SELECT ${each((n) => `CASE WHEN isfinite(v${n}) THEN v${n} END AS v${n}`)} FROM (${values})`;
  const [row] = await db.query(
    `SELECT ${each((n) => `avg(v${n})::FLOAT AS mean_${n}, stddev_pop(v${n}) AS deviation_${n}`)} FROM (${finite})`,
  );
  return features.map(({ feature, column }, position) => {
    const deviation = Number(row?.[`deviation_${String(position)}`] ?? 0);
    const scale = deviation > 0 ? Math.fround(1 / deviation) : 1;
    return {
      feature,
      transform: 'standardize',
      column,
      mean: Number(row?.[`mean_${String(position)}`] ?? 0),
      scale: Number.isFinite(scale) ? scale : 1,
    };
  });
}

/** The most frequent categories of some columns, ties in the order of the text, in one statement. */
export async function fitOneHot(db: DuckDb, train: string, features: readonly CategoryFeature[]): Promise<readonly Encoder[]> {
  if (features.length === 0) return [];
  const listed = (sql: (feature: CategoryFeature, position: number) => string): string => `[${features.map(sql).join(', ')}]`;
  const rows = await db.query(
    `SELECT position, category FROM (
       SELECT unnest(${listed(({ column }) => rawText(column))}) AS category, unnest(${listed((_, position) => String(position))}) AS position
       FROM ${train})
     GROUP BY position, category
     QUALIFY row_number() OVER (PARTITION BY position ORDER BY count(*) DESC, category)
       <= ${listed(({ maxCategories }) => String(maxCategories))}[position + 1]
     ORDER BY position, count(*) DESC, category`,
  );
  const categories = features.map((): string[] => []);
  for (const row of rows) categories[Number(row['position'])]?.push(String(row['category']));
  return features.map(({ feature, column }, position) => ({
    feature,
    transform: 'one_hot',
    column,
    categories: categories[position] ?? [],
  }));
}
