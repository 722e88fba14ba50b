import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import type { ColumnSpec } from '../../../src/contracts/dataset.js';
import type { NumericProfile } from '../../../src/profiles/numeric-profile.js';
import { profileValues } from '../../../src/profiles/profile-values.js';
import { rankError } from '../../../src/profiles/numeric-profile.js';
import { parseProfile } from '../../../src/profiles/profile-file.js';
import { mergeProfiles, profileColumns } from '../../../src/profiles/profile.js';

const FLIGHTS = 'node_modules/vega-datasets/data/flights-3m.parquet';
const COLUMNS: readonly ColumnSpec[] = [
  { name: 'date', type: 'timestamp', nullable: true },
  { name: 'delay', type: 'float', nullable: true },
  { name: 'distance', type: 'integer', nullable: true },
  { name: 'origin', type: 'category', nullable: true },
];

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const numeric = (values: readonly (number | null)[]): string =>
  `(SELECT unnest([${values.map((v) => (v === null ? 'NULL' : `${v.toExponential()}::DOUBLE`)).join(', ')}]::DOUBLE[]) AS v)`;

const profileOf = async (relation: string): Promise<NumericProfile> => {
  const profile = await profileColumns(connection, relation, [{ name: 'v', type: 'float', nullable: true }]);
  return profile.columns['v'] as NumericProfile;
};

describe('profiles of columns', () => {
  it('keeps exact values with their counts while there are at most 2,048 distinct ones', async () => {
    const profile = await profileOf(numeric([3, 1, null, 3, -0, 0]));
    expect(profile).toMatchObject({
      count: 5,
      nulls: 1,
      min: 0,
      max: 3,
      mean: 1.4,
      bucketShift: null,
      positions: [0, 1, 3],
      counts: [2, 1, 2],
    });
    expect(profile.m2).toBeCloseTo(9.2, 12);
  });

  it('counts NaN and infinities as nulls', async () => {
    const profile = await profileOf(`(SELECT unnest([1, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, NULL]) AS v)`);
    expect(profile).toMatchObject({ count: 1, nulls: 4, min: 1, max: 1 });
  });

  it('describes a column without any value with nulls, not with NaN', async () => {
    expect(await profileOf(numeric([null]))).toMatchObject({
      count: 0,
      nulls: 1,
      min: null,
      max: null,
      mean: null,
      m2: null,
      positions: [],
    });
  });

  it('goes over to the narrowest buckets of which at most 2,048 are occupied', async () => {
    const profile = await profileOf('(SELECT (1 + range / 10000)::DOUBLE AS v FROM range(10000))');
    expect(profile).toMatchObject({ bucketShift: 41, count: 10000 });
    expect(profile.positions.length).toBe(2048);
    expect(profile.counts.reduce((sum, n) => sum + n, 0)).toBe(10000);
    expect(rankError(profile)).toBe(5 / 10000);
  });

  it('has the exact deciles beyond 2,048 distinct values, ties too, and counts its rows at numbers asked for', async () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30 });
    const exact = (sorted: readonly number[], value: number): number => sorted.filter((one) => one <= value).length;
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 2_100, max: 6_000 }), fc.nat(4_000), async (some, waves, ties) => {
        const rows = `(SELECT sin(range) * 1e3 AS v FROM range(${waves}) UNION ALL SELECT 0.25 AS v FROM range(${ties})
          UNION ALL SELECT v FROM ${numeric([...some, null])})`;
        const reader = await connection.runAndReadAll(`SELECT v FROM ${rows} WHERE v IS NOT NULL ORDER BY v`);
        const sorted = reader.getRows().map(([value]) => Number(value) + 0);
        const cuts = [-500, 0.25, 1e9];
        const profile = await profileColumns(connection, rows, [{ name: 'v', type: 'float', nullable: true }], { v: cuts });
        const { deciles, cuts: counted } = profile.columns['v'] as NumericProfile;
        const at = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((part) => sorted[Math.ceil((part * sorted.length) / 10) - 1] ?? NaN);
        expect(deciles?.at).toEqual([...new Set(at)]);
        expect(deciles?.rows).toEqual([...new Set(at)].map((value) => exact(sorted, value)));
        expect(counted).toEqual({ at: cuts, rows: cuts.map((cut) => exact(sorted, cut)) });
      }),
      { numRuns: 3 },
    );
  });

  it('gives the same profile for the parts merged as for the whole, exact or in buckets', async () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
      fc.integer({ min: -50, max: 50 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 0, maxLength: 60 }),
        fc.nat(4000),
        fc.nat(4000),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        async (extra, n, m, scale) => {
          const part = (from: number, rows: number): string =>
            `(SELECT sin(range) * ${scale} AS v FROM range(${from}, ${from + rows}) UNION ALL SELECT v FROM ${numeric([...extra, null])})`;
          const [a, b] = [part(0, n), part(n, m)];
          const merged = mergeProfiles(
            { formatVersion: 2, rows: 0, columns: { v: await profileOf(a) } },
            { formatVersion: 2, rows: 0, columns: { v: await profileOf(b) } },
          ).columns['v'] as NumericProfile;
          // The rows of parts are not known any more when they are merged, so neither are the deciles.
          const { mean, m2, deciles, ...whole } = await profileOf(`(FROM ${a} UNION ALL FROM ${b})`);
          expect(deciles === undefined).toBe(whole.bucketShift === null);
          const { mean: mergedMean, m2: mergedM2, ...rest } = merged;
          expect(rest).toEqual(whole);
          const size = Math.max(Math.abs(whole.min ?? 0), Math.abs(whole.max ?? 0), 1e-9);
          expect(Math.abs((mergedMean ?? 0) - (mean ?? 0)) / size).toBeLessThan(1e-9);
          expect(Math.abs((mergedM2 ?? 0) - (m2 ?? 0)) / (size * size * Math.max(whole.count, 1))).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 4, endOnFailure: true, examples: [[[-34, -8.4e-323], 2204, 2386, 1e6]] },
    );
  });

  it('gives the same profile for January and February merged as for both at once, on real flights', async () => {
    const of = (condition: string): string => `(SELECT * FROM '${FLIGHTS}' WHERE ${condition})`;
    const january = await profileColumns(connection, of(`date < '2001-02-01'`), COLUMNS);
    const february = await profileColumns(connection, of(`date >= '2001-02-01' AND date < '2001-03-01'`), COLUMNS);
    const both = await profileColumns(connection, of(`date < '2001-03-01'`), COLUMNS);
    const merged = mergeProfiles(january, february);
    expect(merged.rows).toBe(both.rows);
    expect(merged.columns['date']).toEqual(both.columns['date']);
    expect(merged.columns['origin']).toEqual(both.columns['origin']);
    expect((merged.columns['distance'] as NumericProfile).counts).toEqual((both.columns['distance'] as NumericProfile).counts);
    expect(Object.keys(both.columns)).toEqual(['date', 'delay', 'distance', 'origin']);
  });

  it('keeps the 1,000 most frequent categories and counts the rest together', async () => {
    const relation = `(SELECT 'c' || lpad((range % 1500)::VARCHAR, 4, '0') AS v FROM range(4000))`;
    const profile = await profileColumns(connection, relation, [{ name: 'v', type: 'category', nullable: false }]);
    expect(profile.columns['v']).toMatchObject({ count: 4000, nulls: 0, other: 1000 });
  });

  it('profiles a text by its length and a boolean by its values', async () => {
    const relation = `(SELECT * FROM (VALUES ('ab', true), ('', false), (NULL, NULL)) t(note, flag))`;
    const { columns } = await profileColumns(connection, relation, [
      { name: 'note', type: 'text', nullable: true },
      { name: 'flag', type: 'boolean', nullable: true },
    ]);
    expect(columns['note']).toMatchObject({ of: 'length', positions: [0, 2], nulls: 1 });
    expect(columns['flag']).toMatchObject({ categories: ['false', 'true'], counts: [1, 1], nulls: 1 });
  });

  it('gives the same profile for numbers in memory as for a column of them', async () => {
    for (const rows of [500, 9000]) {
      const { mean, m2, ...fromColumn } = await profileOf(
        `(SELECT (range * 7919 % 10007)::DOUBLE / 8192 - 0.5 AS v FROM range(${rows}))`,
      );
      const values = Float64Array.from({ length: rows }, (_, index) => ((index * 7919) % 10007) / 8192 - 0.5);
      const { mean: ownMean, m2: ownM2, ...inMemory } = profileValues(values);
      expect(inMemory).toEqual(fromColumn);
      expect(ownMean).toBeCloseTo(mean ?? NaN, 10);
      expect(ownM2).toBeCloseTo(m2 ?? NaN, 6);
    }
  });

  it('refuses to merge profiles of different columns and names them', () => {
    const a = { formatVersion: 2, rows: 0, columns: {} } as const;
    const category = { type: 'category', of: 'value', count: 0, nulls: 0, categories: [], counts: [], other: 0 } as const;
    expect(() => mergeProfiles(a, { ...a, columns: { origin: category } })).toThrow(/columns origin are in only one/);
  });

  it('of another version are refused with a code of their own', () => {
    const bytes = Buffer.from(JSON.stringify({ rows: 0, columns: {} }));
    expect(() => parseProfile(bytes, 'evaluation/x')).toThrow(expect.objectContaining({ code: 'MONITOR_PROFILE_OUTDATED' }));
    expect(parseProfile(Buffer.from(JSON.stringify({ formatVersion: 2, rows: 0, columns: {} })), 'x').rows).toBe(0);
  });
});
