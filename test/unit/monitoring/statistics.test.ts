import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rebucket } from '../../../src/profiles/value-buckets.js';
import type { CategoryProfile } from '../../../src/profiles/category-profile.js';
import type { NumericProfile } from '../../../src/profiles/numeric-profile.js';
import { bucketsOf, rankError } from '../../../src/profiles/numeric-profile.js';
import { profileValues } from '../../../src/profiles/profile-values.js';
import { driftScore } from '../../../src/monitoring/drift-score.js';
import { decileEdges } from '../../../src/monitoring/statistics/drift-bins.js';
import { distanceOfShares, jensenShannonDistance } from '../../../src/monitoring/statistics/jensen-shannon.js';
import { kolmogorovSmirnov } from '../../../src/monitoring/statistics/kolmogorov-smirnov.js';
import { populationStabilityIndex } from '../../../src/monitoring/statistics/psi.js';
import { wassersteinDistance } from '../../../src/monitoring/statistics/wasserstein.js';

type Golden = {
  readonly origin: { readonly library: string; readonly command: string };
  readonly numeric: readonly ({
    readonly name: string;
    readonly reference: readonly number[];
    readonly current: readonly number[];
    readonly referenceNulls: number;
    readonly currentNulls: number;
  } & Record<(typeof STATISTICS)[number], number>)[];
  /** Of 20,000 rows against the same times a factor. */
  readonly tails: readonly { readonly name: string; readonly factor: number; readonly ks: number; readonly psi: number }[];
  readonly categories: {
    readonly reference: Record<string, number>;
    readonly current: Record<string, number>;
    readonly psi: number;
    readonly jensen_shannon: number;
  };
};

// Golden values: origin in the file; made by statistics.golden.py beside it.
const golden = JSON.parse(readFileSync('test/unit/monitoring/statistics.golden.json', 'utf8')) as Golden;

const numeric = (values: readonly number[], nulls = 0): NumericProfile => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => a[0] - b[0]);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const m2 = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  const positions = sorted.map(([value]) => value);
  const some = values.length > 0;
  return {
    type: 'numeric',
    of: 'value',
    count: values.length,
    nulls,
    min: positions[0] ?? null,
    max: positions.at(-1) ?? null,
    mean: some ? mean : null,
    m2: some ? m2 : null,
    bucketShift: null,
    positions,
    counts: sorted.map(([, n]) => n),
  };
};

const category = (counts: Record<string, number>, nulls = 0): CategoryProfile => ({
  type: 'category',
  of: 'value',
  count: Object.values(counts).reduce((sum, n) => sum + n, 0),
  nulls,
  categories: Object.keys(counts),
  counts: Object.values(counts),
  other: 0,
});

const STATISTICS = ['psi', 'ks', 'wasserstein', 'jensen_shannon'] as const;
const samples = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 80 });

describe(`drift statistics against ${golden.origin.library}`, () => {
  for (const row of golden.numeric) {
    for (const statistic of STATISTICS) {
      it(`gives the golden ${statistic} for ${row.name}`, () => {
        const score = driftScore(
          { statistic, max: 0 },
          numeric(row.reference, row.referenceNulls),
          numeric(row.current, row.currentNulls),
        );
        expect(Math.abs(score - row[statistic])).toBeLessThanOrEqual(1e-9);
      });
    }
  }

  it('gives the golden psi and Jensen-Shannon distance for categories with an unseen one', () => {
    const { reference, current, psi, jensen_shannon } = golden.categories;
    expect(Math.abs(populationStabilityIndex(category(reference), category(current)) - psi)).toBeLessThanOrEqual(1e-9);
    expect(Math.abs(jensenShannonDistance(category(reference), category(current)) - jensen_shannon)).toBeLessThanOrEqual(1e-9);
  });
});

describe('drift statistics', () => {
  it('are 0 for a profile against itself', () => {
    fc.assert(
      fc.property(samples, fc.nat(5), (values, nulls) => {
        for (const statistic of STATISTICS)
          expect(driftScore({ statistic, max: 0 }, numeric(values, nulls), numeric(values, nulls))).toBe(0);
      }),
    );
  });

  it('are never negative and never NaN', () => {
    fc.assert(
      fc.property(samples, samples, fc.nat(5), (a, b, nulls) => {
        for (const statistic of STATISTICS)
          expect(driftScore({ statistic, max: 0 }, numeric(a, nulls), numeric(b))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are symmetric where they should be: ks, and Jensen-Shannon on given bins', () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        expect(kolmogorovSmirnov(numeric(a), numeric(b))).toBeCloseTo(kolmogorovSmirnov(numeric(b), numeric(a)) ?? -1, 12);
        const [p, q] = [a.map(Math.abs), [...b.map(Math.abs), ...a.map(() => 0)].slice(0, a.length)];
        expect(distanceOfShares(p, q)).toBeCloseTo(distanceOfShares(q, p), 12);
      }),
    );
  });

  it('move by one standard deviation for a shift of one standard deviation (wasserstein)', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const std = Math.sqrt((numeric(values).m2 ?? 0) / 101);
    expect(wassersteinDistance(numeric(values), numeric(values.map((v) => v + std)))).toBeCloseTo(1, 12);
  });

  it('stay close to the exact score when one side is in buckets', () => {
    const a = Array.from({ length: 500 }, (_, i) => Math.sin(i));
    const b = a.map((v) => v + 0.1);
    const onGrid = (profile: NumericProfile): NumericProfile => {
      const { shift, positions, counts } = rebucket(bucketsOf(profile), 43);
      return { ...profile, bucketShift: shift, positions, counts };
    };
    const exact = wassersteinDistance(numeric(a), numeric(b)) ?? 0;
    expect(wassersteinDistance(onGrid(numeric(a)), numeric(b))).toBeCloseTo(exact, 2);
    expect(wassersteinDistance(numeric(a), onGrid(numeric(b)))).toBeCloseTo(exact, 2);
  });

  /** Rows of a distribution at evenly spread ranks, from the inverse of its distribution function. */
  const ranks = (inverse: (rank: number) => number): Float64Array =>
    Float64Array.from({ length: 20_000 }, (_, i) => inverse((i + 0.5) / 20_000));
  /** Sums of twelve uniform numbers less six: normal up to 6 standard deviations, and the same in any language. */
  const normal = Float64Array.from({ length: 20_000 }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < 12; j += 1) sum += (((i * 12 + j + 1) * 0.6180339887498949 * (j + 1.3)) % 1) - 0.5;
    return sum;
  });
  const pareto = ranks((u) => 1 / ((1 - u) * (1 - u)));
  const logNormal = normal.map((z) => Math.exp(4 * z));

  /** The two sides of a comparison: values, and the same times a factor. */
  const grown = (values: Float64Array, factor: number) => {
    const more = values.map((value) => value * factor);
    const [reference, current] = [profileValues(values), profileValues(more)];
    // The window counts its rows at the reference's deciles: nothing is lost then.
    const at = decileEdges(reference);
    const cuts = { at, rows: at.map((edge) => more.reduce((rows, value) => rows + Number(value <= edge), 0)) };
    const counted = current.bucketShift === null ? current : { ...current, cuts };
    return { more, reference, current, counted, bound: Math.max(rankError(reference), rankError(current)) };
  };

  it.each([
    ['Pareto with shape 0.5', pareto, 1.5],
    ['log-normal with sigma 4', logNormal, 1.5],
    ['normal', normal, 1.2],
    ['normal far from zero', normal.map((z) => 1e6 + z), 1.0000002],
    ['uniform', ranks((u) => u), 1.1],
    ['constant', new Float64Array(5_000).fill(0.1), 1],
  ])('are near the exact ones beyond 2,048 values: %s', (_name, values, factor) => {
    const { more, reference, current, counted, bound } = grown(values, factor);
    const [exactReference, exactCurrent] = [numeric([...values]), numeric([...more])];
    const exact = kolmogorovSmirnov(exactReference, exactCurrent) ?? NaN;
    const score = kolmogorovSmirnov(reference, current) ?? NaN;
    expect(bound).toBeLessThan(0.02);
    expect(score).toBeLessThanOrEqual(exact + 1e-9);
    expect(exact - score).toBeLessThanOrEqual(bound + 1e-9);
    const psi = populationStabilityIndex(exactReference, exactCurrent);
    expect(Math.abs(populationStabilityIndex(reference, current) - psi)).toBeLessThanOrEqual(0.1 * psi + 0.002);
    expect(populationStabilityIndex(reference, counted)).toBeCloseTo(psi, 12);
  });

  const heavy: Readonly<Record<string, Float64Array>> = {
    'Pareto with shape 0.5': pareto,
    'log-normal with sigma 4': logNormal,
    normal,
  };

  it.each(golden.tails)('see that values of a distribution grew as much as SciPy sees: $name times $factor', (tail) => {
    const { reference, current, counted, bound } = grown(heavy[tail.name] ?? new Float64Array(), tail.factor);
    expect(Math.abs(populationStabilityIndex(reference, counted) - tail.psi)).toBeLessThan(1e-4);
    const score = kolmogorovSmirnov(reference, current) ?? NaN;
    expect(Math.abs(score - tail.ks)).toBeLessThanOrEqual(bound + 1e-9);
  });

  it('see that values of a Pareto distribution grew by half: D is 1 - 1.5 ** -0.5', () => {
    const { reference, current } = grown(pareto, 1.5);
    expect(Math.abs((kolmogorovSmirnov(reference, current) ?? NaN) - (1 - 1.5 ** -0.5))).toBeLessThan(0.015);
  });

  it('see a column whose values all vanished, and give 0 when it was always empty', () => {
    for (const statistic of STATISTICS) {
      expect(driftScore({ statistic, max: 0 }, numeric([1, 2, 3]), numeric([], 3))).toBeGreaterThanOrEqual(0.5);
      expect(driftScore({ statistic, max: 0 }, numeric([], 3), numeric([], 5))).toBe(0);
    }
  });

  it('refuse ks of a category and say what to use', () => {
    expect(() => kolmogorovSmirnov(category({ a: 1 }), category({ a: 1 }))).toThrow(
      /expected a numeric column\. Use psi or jensen_shannon/,
    );
  });
});
