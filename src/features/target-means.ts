import type { JsonObject } from '../contracts/json.js';
import type { DuckDb } from '../data/duckdb.js';
import type { FittedLookup } from './rows/label-lookup.js';
import { foldOf, keyName } from './rows/label-lookup.js';

/**
 * Mean label of a key, smoothed towards the mean of all: (sum + smoothing * prior) / (rows + smoothing). Training rows get the
 * sum and rows that the other folds alone give, so that no row sees its own label; test rows and requests get those of all training rows. The
 * mean is that of all training rows for all: with one for each fold, or folds of unequal shares of a label, the rows of the folds that
 * happen to have more positives would get the lower values, and a model would learn that.
 * @param train - relation with the raw columns, `__label` and `__turn` (see `foldOf`). @param columns - the columns in SQL, '' where missing.
 * @see Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical attributes", section 3; scikit-learn's TargetEncoder
 *   for the cross fitting, which stratifies as well.
 */
export async function fitTargetMeans(
  db: DuckDb,
  train: string,
  columns: readonly string[],
  options: JsonObject,
  table: string,
): Promise<FittedLookup> {
  const folds = Number(options['folds']);
  const names = columns.map((_column, part) => keyName(part));
  const keys = names.join(', ');
  const raw = columns.map((column, part) => `${column} AS ${keyName(part)}`).join(', ');
  const smoothing = `${String(Number(options['smoothing']))}::DOUBLE`;
  await db.run(
    `CREATE TABLE ${table}_folds AS
     SELECT ${raw}, ${foldOf('__turn', folds)} AS fold, sum(__label) AS total, count(*)::DOUBLE AS rows
     FROM ${train} GROUP BY ${keys}, fold ORDER BY ${keys}, fold`,
  );
  await db.run(
    `CREATE TABLE ${table}_keys AS SELECT ${keys}, sum(total) AS total, sum(rows) AS rows FROM ${table}_folds
     GROUP BY ${keys} ORDER BY ${keys}`,
  );
  await db.run(
    `CREATE TABLE ${table}_full AS
     SELECT ${keys}, ((total + ${smoothing} * prior) / (rows + ${smoothing}))::FLOAT AS value
     FROM ${table}_keys, (SELECT sum(total) / sum(rows) AS prior FROM ${table}_keys) ORDER BY ${keys}`,
  );
  await db.run(
    `CREATE TABLE ${table}_others AS
     WITH whole AS (SELECT sum(total) / sum(rows) AS prior FROM ${table}_keys)
     SELECT ${names.map((name) => `f.${name}`).join(', ')}, f.fold,
       (CASE WHEN k.rows - f.rows + ${smoothing} > 0
         THEN (k.total - f.total + ${smoothing} * prior) / (k.rows - f.rows + ${smoothing}) ELSE prior END)::FLOAT AS value
     FROM ${table}_folds f JOIN ${table}_keys k USING (${keys}), whole`,
  );
  const [overall] = await db.query(`SELECT (sum(total) / sum(rows))::FLOAT AS prior FROM ${table}_keys`);
  const rows = await db.query(`SELECT ${keys}, value FROM ${table}_full ORDER BY ${keys}`);
  await db.run(`DROP TABLE ${table}_folds; DROP TABLE ${table}_keys`);
  return {
    state: {
      prior: Number(overall?.['prior']),
      keys: rows.map((row) => names.map((name) => String(row[name]))),
      values: rows.map((row) => Number(row['value'])),
    },
    outOfFold: { table: `${table}_others`, folds },
    full: { table: `${table}_full`, folds: null },
  };
}
