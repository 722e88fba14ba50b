import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { DuckDb } from '../../../src/data/duckdb.js';
import { withDuckDb } from '../../../src/data/duckdb.js';
import { foldOf } from '../../../src/features/rows/label-lookup.js';
import { addTurns } from '../../../src/features/rows/row-turns.js';
import { fitTargetMeans } from '../../../src/features/target-means.js';
import { areaUnderCurve } from '../training/synthetic.js';

const SEEDS = 12;
const FOLDS = 5;

/** How well the out-of-fold value of `key` tells labels that nothing can tell. */
async function chanceOf(db: DuckDb, seed: number, rows: number, key: string): Promise<number> {
  const [train, table] = [`rows_${String(seed)}`, `fit_${String(seed)}`];
  await db.run(
    `CREATE TABLE ${train} AS
     SELECT (${key})::VARCHAR AS key, (hash(range, ${String(seed)}) % 10 < 3)::DOUBLE AS __label FROM range(${String(rows)})`,
  );
  await addTurns(db, train, 'binary', 'true');
  const { outOfFold } = await fitTargetMeans(db, train, ['key'], { smoothing: 10, folds: FOLDS }, table);
  const found = await db.query(
    `SELECT __label AS label, value FROM ${train} r JOIN ${outOfFold.table} o ON o.key_0 = r.key AND o.fold = ${foldOf('__turn', FOLDS)}`,
  );
  expect(found).toHaveLength(rows);
  return areaUnderCurve(
    Float32Array.from(found, ({ label }) => Number(label)),
    Float64Array.from(found, ({ value }) => Number(value)),
  );
}

describe('the out-of-fold value of a target encoding', () => {
  it.each([
    ['a key for each row', 200, 'range'],
    ['a key for every two rows', 200, 'range // 2'],
    ['four keys', 200, 'range % 4'],
    ['one key', 500, '1'],
  ])('says nothing about labels at random, with %s of %i', async (_name, rows, key) => {
    const areas = await withDuckDb({ scratch: tmpdir(), threads: 1 }, async (db) => {
      const all: number[] = [];
      for (let seed = 0; seed < SEEDS; seed += 1) all.push(await chanceOf(db, seed, rows, key));
      return all;
    });
    const mean = areas.reduce((sum, area) => sum + area, 0) / SEEDS;
    const deviation = Math.sqrt(areas.reduce((sum, area) => sum + (area - mean) ** 2, 0) / (SEEDS - 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(Math.max(0.005, (3 * deviation) / Math.sqrt(SEEDS)));
  });
});
