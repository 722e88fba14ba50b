import type { FeatureConfig, TransformSpec } from '../contracts/stages/feature.js';
import type { DuckDb } from '../data/duckdb.js';
import { forBlocks } from '../data/column-blocks.js';
import { identifier } from '../contracts/sql-text.js';
import { columnsOf } from './check-transforms.js';
import type { TargetLookup } from './encode-sql.js';
import type { Encoder } from './encoder.js';
import type { CategoryFeature, ColumnFeature } from './fit-columns.js';
import { fitOneHot, fitStandardize } from './fit-columns.js';
import { fitTargetEncoder } from './fit-target-encoder.js';
import type { RowsOf } from './time-split.js';

export interface FittedEncoders {
  readonly encoders: readonly Encoder[];
  /** Target encodings by feature: out-of-fold values for training rows, values of all training rows for others. */
  readonly trainLookups: ReadonlyMap<string, TargetLookup>;
  readonly testLookups: ReadonlyMap<string, TargetLookup>;
}

/**
 * Fits every transform on the training rows alone, in SQL. Deterministic to the bit: sums run in row order.
 * @param train - relation with the raw columns, `__label` the row's position `__row`, and `__turn`.
 */
export async function fitEncoders(
  db: DuckDb,
  train: RowsOf,
  columns: FeatureConfig['columns'],
  onFitted: (done: number, total: number) => void,
): Promise<FittedEncoders> {
  const specs = Object.entries(columns);
  const encoders = new Map<string, Encoder>();
  const trainLookups = new Map<string, TargetLookup>();
  const testLookups = new Map<string, TargetLookup>();
  const add = (fitted: readonly Encoder[]): void => {
    for (const encoder of fitted) encoders.set(encoder.feature, encoder);
  };
  const needed = ([, spec]: readonly [string, TransformSpec]): string[] => [
    ...columnsOf(spec).map(identifier),
    '__label',
    '__row',
    '__turn',
  ];
  await db.exactOrder(() =>
    forBlocks(db, train, specs, needed, async (rows, some, first) => {
      const standardized: ColumnFeature[] = [];
      const categorical: CategoryFeature[] = [];
      for (const [position, [feature, spec]] of some.entries()) {
        if (spec.transform === 'standardize') standardized.push({ feature, column: spec.column });
        else if (spec.transform === 'one_hot') categorical.push({ feature, ...spec });
        else if (spec.transform === 'target_encode') {
          const fitted = await fitTargetEncoder(db, rows, feature, spec, `target_${String(first + position)}`);
          add([fitted.encoder]);
          trainLookups.set(feature, fitted.outOfFold);
          testLookups.set(feature, fitted.full);
        } else add([{ feature, transform: spec.transform, column: spec.column }]);
        onFitted(first + position + 1, specs.length);
      }
      add(await fitStandardize(db, rows, standardized));
      add(await fitOneHot(db, rows, categorical));
    }),
  );
  const inOrder = specs.flatMap(([feature]) => encoders.get(feature) ?? []);
  return { encoders: inOrder, trainLookups, testLookups };
}
