import type { TransformSpec } from '../contracts/stages.js';
import type { DuckDb } from '../data/duckdb.js';
import type { TargetLookup } from './encode-sql.js';
import { foldOf, keyName, rawText } from './encode-sql.js';
import type { Encoder } from './encoder.js';

export interface FittedTargetEncoder {
  readonly encoder: Encoder;
  readonly outOfFold: TargetLookup;
  readonly full: TargetLookup;
}

/**
 * Mean label of a key, smoothed towards the mean of all: (sum + smoothing * prior) / (rows + smoothing). Training rows get the value
 * that the other folds alone give, prior included, so that no row sees its own label; test rows and requests get that of all training rows.
 * @see Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical attributes", section 3; scikit-learn's TargetEncoder
 *   for the cross fitting.
 */
export async function fitTargetEncoder(
  db: DuckDb,
  train: string,
  feature: string,
  spec: Extract<TransformSpec, { readonly transform: 'target_encode' }>,
  table: string,
): Promise<FittedTargetEncoder> {
  const names = spec.columns.map((_column, part) => keyName(part));
  const keys = names.join(', ');
  const raw = spec.columns.map((column, part) => `${rawText(column)} AS ${keyName(part)}`).join(', ');
  const smoothing = `${String(spec.smoothing)}::DOUBLE`;
  await db.run(
    `CREATE TABLE ${table}_folds AS
     SELECT ${raw}, ${foldOf('__row', spec.folds)} AS fold, sum(__label) AS total, count(*)::DOUBLE AS rows
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
     WITH per_fold AS (SELECT fold, sum(total) AS total, sum(rows) AS rows FROM ${table}_folds GROUP BY fold),
     whole AS (SELECT sum(total) AS total, sum(rows) AS rows FROM per_fold),
     priors AS (
       SELECT fold, CASE WHEN w.rows > p.rows THEN (w.total - p.total) / (w.rows - p.rows) ELSE w.total / w.rows END AS prior
       FROM per_fold p, whole w
     )
     SELECT ${names.map((name) => `f.${name}`).join(', ')}, f.fold,
       (CASE WHEN k.rows - f.rows + ${smoothing} > 0
         THEN (k.total - f.total + ${smoothing} * p.prior) / (k.rows - f.rows + ${smoothing}) ELSE p.prior END)::FLOAT AS value
     FROM ${table}_folds f JOIN ${table}_keys k USING (${keys}) JOIN priors p ON p.fold = f.fold`,
  );
  const [overall] = await db.query(`SELECT (sum(total) / sum(rows))::FLOAT AS prior FROM ${table}_keys`);
  const rows = await db.query(`SELECT ${keys}, value FROM ${table}_full ORDER BY ${keys}`);
  await db.run(`DROP TABLE ${table}_folds; DROP TABLE ${table}_keys`);
  return {
    encoder: {
      feature,
      transform: 'target_encode',
      columns: spec.columns,
      prior: Number(overall?.['prior']),
      keys: rows.map((row) => names.map((name) => String(row[name]))),
      values: rows.map((row) => Number(row['value'])),
    },
    outOfFold: { table: `${table}_others`, folds: spec.folds },
    full: { table: `${table}_full`, folds: null },
  };
}
