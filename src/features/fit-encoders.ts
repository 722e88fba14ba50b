import type { FeatureConfig, TransformSpec } from '../contracts/stages.js';
import type { DuckDb } from '../data/duckdb.js';
import { identifier } from '../data/sql-text.js';
import type { TargetLookup } from './encode-sql.js';
import { rawFloat, rawText } from './encode-sql.js';
import type { Encoder } from './encoder.js';
import { fitTargetEncoder } from './fit-target-encoder.js';

export interface FittedEncoders {
  readonly encoders: readonly Encoder[];
  /** Target encodings by feature: out-of-fold values for training rows, values of all training rows for others. */
  readonly trainLookups: ReadonlyMap<string, TargetLookup>;
  readonly testLookups: ReadonlyMap<string, TargetLookup>;
}

/**
 * Fits every transform on the training rows alone, in SQL. Deterministic to the bit: sums run in row order.
 * @param train - relation with the raw columns, `__label` and the row's position `__row`.
 */
export async function fitEncoders(
  db: DuckDb,
  train: string,
  columns: FeatureConfig['columns'],
  onFitted: (done: number, total: number) => void,
): Promise<FittedEncoders> {
  const specs = Object.entries(columns);
  const encoders: Encoder[] = [];
  const trainLookups = new Map<string, TargetLookup>();
  const testLookups = new Map<string, TargetLookup>();
  await db.exactOrder(async () => {
    for (const [position, [feature, spec]] of specs.entries()) {
      if (spec.transform === 'target_encode') {
        const fitted = await fitTargetEncoder(db, train, feature, spec, `target_${String(position)}`);
        encoders.push(fitted.encoder);
        trainLookups.set(feature, fitted.outOfFold);
        testLookups.set(feature, fitted.full);
      } else {
        encoders.push(await fitColumn(db, train, feature, spec));
      }
      onFitted(position + 1, specs.length);
    }
  });
  return { encoders, trainLookups, testLookups };
}

async function fitColumn(
  db: DuckDb,
  train: string,
  feature: string,
  spec: Exclude<TransformSpec, { readonly transform: 'target_encode' }>,
): Promise<Encoder> {
  const { column } = spec;
  switch (spec.transform) {
    case 'hour_of':
    case 'weekday_of':
    case 'numeric':
      return { feature, transform: spec.transform, column };
    case 'standardize': {
      const [row] = await db.query(
        `SELECT avg(value)::FLOAT AS mean, stddev_pop(value) AS deviation
         FROM (SELECT ${rawFloat(column)}::DOUBLE AS value FROM ${train}) WHERE isfinite(value)`,
      );
      const deviation = Number(row?.['deviation'] ?? 0);
      const scale = deviation > 0 ? Math.fround(1 / deviation) : 1;
      return {
        feature,
        transform: 'standardize',
        column,
        mean: Number(row?.['mean'] ?? 0),
        scale: Number.isFinite(scale) ? scale : 1,
      };
    }
    case 'one_hot': {
      const rows = await db.query(
        `SELECT ${rawText(column)} AS category, count(*) AS rows FROM ${train}
         GROUP BY category ORDER BY rows DESC, ${identifier('category')} LIMIT ${String(spec.maxCategories)}`,
      );
      return { feature, transform: 'one_hot', column, categories: rows.map((row) => String(row['category'])) };
    }
  }
}
