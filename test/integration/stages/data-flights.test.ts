import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DatasetRef } from '../../../src/contracts/dataset.js';
import type { FeatureConfig, FeatureResult } from '../../../src/contracts/stages/feature.js';
import { withDuckDb } from '../../../src/data/duckdb.js';
import { readNumericColumns } from '../../../src/data/read-columns.js';
import { feature } from '../../../src/features/feature.js';
import type { ArtifactStore } from '../../../src/store/artifacts/artifact-store.js';
import { validate } from '../../../src/validation/validate.js';
import { createTestContext } from '../../test-context.js';
import {
  FLIGHTS,
  FLIGHTS_FILE,
  ingestWith,
  sourceFile,
  sql,
  temporaryFolder,
  temporaryStore,
} from '../../unit/data/tiny-source.js';

const DAY_MS = 86_400_000;
const CONFIG: FeatureConfig = {
  label: { task: 'binary', sql: 'delay > 15' },
  split: { by: 'time', testMs: 7 * DAY_MS },
  columns: {
    hour: { transform: 'hour_of', column: 'date' },
    weekday: { transform: 'weekday_of', column: 'date' },
    distance: { transform: 'numeric', column: 'distance' },
    scaled: { transform: 'standardize', column: 'distance' },
    hub: { transform: 'one_hot', column: 'origin', maxCategories: 20 },
    destination: { transform: 'target_encode', columns: ['destination'], smoothing: 20, folds: 5 },
    route: { transform: 'target_encode', columns: ['origin', 'destination'], smoothing: 20, folds: 5 },
  },
};

function january(store: ArtifactStore, path = FLIGHTS_FILE): Promise<DatasetRef> {
  const schema = { ...FLIGHTS, columns: FLIGHTS.columns.map((column) => ({ ...column, nullable: column.eventTime !== true })) };
  return ingestWith(store, {
    source: { format: 'parquet', path },
    schema: path === FLIGHTS_FILE ? FLIGHTS : schema,
    window: { column: 'date', from: '2001-01-01', to: '2001-02-01' },
  });
}

function featuresOf(store: ArtifactStore, dataset: DatasetRef): Promise<FeatureResult> {
  return feature({ config: CONFIG, inputs: { dataset }, arguments: {} }, createTestContext(store));
}

/** What `preprocess.onnx` makes of the raw columns of the test split, row-major. */
async function graphFeatures(store: ArtifactStore, features: FeatureResult): Promise<Float32Array> {
  const rows = await sql(
    `SELECT epoch_ms(raw_date)::BIGINT AS date, coalesce(raw_distance, 'nan'::DOUBLE) AS distance, coalesce(raw_origin, '') AS origin,
     coalesce(raw_destination, '') AS destination FROM read_parquet('${await store.localFile(features, 'test.parquet')}')`,
  );
  const shape = [rows.length, 1];
  const text = (column: string): Tensor =>
    new Tensor(
      'string',
      rows.map((row) => String(row[column])),
      shape,
    );
  const session = await InferenceSession.create(await store.localFile(features, 'preprocess.onnx'), { logSeverityLevel: 3 });
  const result = await session.run({
    date: new Tensor('int64', BigInt64Array.from(rows.map((row) => row['date'] as bigint)), shape),
    distance: new Tensor('float32', Float32Array.from(rows.map((row) => row['distance'] as number)), shape),
    origin: text('origin'),
    destination: text('destination'),
  });
  await session.release();
  return result['features']?.data as Float32Array;
}

/** Largest difference between the graph and the stored features; NaN equals NaN only. */
async function largestDifference(store: ArtifactStore, features: FeatureResult): Promise<number> {
  const names = features.meta.featureNames;
  const path = await store.localFile(features, 'test.parquet');
  const stored = await withDuckDb({ scratch: await temporaryFolder() }, (db) =>
    db.use((connection) => readNumericColumns(connection, path, names)),
  );
  const served = await graphFeatures(store, features);
  expect(served).toHaveLength(stored.rows * names.length);
  let largest = 0;
  for (const [position, name] of names.entries()) {
    const column = stored.columns.get(name)!;
    for (const [row, expected] of column.entries()) {
      const got = served[row * names.length + position]!;
      if (!Object.is(got, expected) && got !== expected)
        largest = Math.max(largest, Number.isNaN(got - expected) ? Infinity : Math.abs(got - expected));
    }
  }
  return largest;
}

describe('January of the flights', () => {
  it('goes from file to features, twice with the same ids', async () => {
    const ids: string[][] = [];
    for (let round = 0; round < 2; round += 1) {
      const store = await temporaryStore();
      const dataset = await january(store);
      expect(dataset.meta.rows).toBe(508_239);
      const checks = [
        { check: 'not_null', id: 'delay', column: 'delay', severity: 'error', mostly: 0.95, arguments: {} },
      ] as const;
      const validated = await validate({ config: { checks }, inputs: { dataset }, arguments: {} }, createTestContext(store));
      expect(validated.status).toBe('passed');
      const features = await featuresOf(store, validated.dataset);
      ids.push([dataset.id, validated.report.id, features.sha256]);
    }
    expect(ids[1]).toEqual(ids[0]);
  });

  it('gets from the ONNX graph the features that SQL stored, to the bit', async () => {
    const store = await temporaryStore();
    const features = await featuresOf(store, await january(store));
    expect(features.meta.testRows).toBeGreaterThan(100_000);
    expect(await largestDifference(store, features)).toBe(0);
  });

  it('does so for unseen categories and missing values too', async () => {
    const store = await temporaryStore();
    const path = await sourceFile(
      `SELECT date, CASE WHEN hash(date, origin) % 50 = 0 THEN NULL ELSE distance END AS distance,
       CASE WHEN date >= '2001-01-29' AND origin = 'ORD' THEN 'Z''ürich' WHEN hash(destination, date) % 40 = 0 THEN NULL ELSE origin END AS origin,
       CASE WHEN hash(distance, origin, date) % 60 = 0 THEN NULL ELSE destination END AS destination, delay
       FROM '${FLIGHTS_FILE}' WHERE date < '2001-02-01'`,
    );
    const features = await featuresOf(store, await january(store, path));
    expect(await largestDifference(store, features)).toBe(0);
    const [counted] = await sql(
      `SELECT count(*) FILTER (WHERE isnan(distance))::INTEGER AS missing, count(*) FILTER (WHERE raw_origin LIKE 'Z%')::INTEGER AS unseen
       FROM read_parquet('${await store.localFile(features, 'test.parquet')}')`,
    );
    expect(counted?.['missing']).toBeGreaterThan(1000);
    expect(counted?.['unseen']).toBeGreaterThan(1000);
  });
});
