import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Buckets } from '../../../src/profiles/value-buckets.js';
import { bucketCentres, bucketSorted, MAX_BUCKETS, mergeBuckets } from '../../../src/profiles/value-buckets.js';

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

interface Part {
  readonly waves: number;
  readonly exponent: number;
  readonly others: readonly number[];
}

const valuesOf = ({ waves, exponent, others }: Part): number[] => [
  ...Array.from({ length: waves }, (_, index) => Math.sin(index) * 2 ** exponent),
  ...others,
];

const part: fc.Arbitrary<Part> = fc.record({
  waves: fc.nat(3 * MAX_BUCKETS),
  exponent: fc.integer({ min: -1074, max: 1000 }),
  others: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }),
});

describe('buckets of values', () => {
  it('gives the same buckets for two parts merged as for all their values at once, whatever their sizes', () => {
    fc.assert(
      fc.property(part, part, (first, second) => {
        const [left, right] = [valuesOf(first), valuesOf(second)];
        const whole = bucketSorted(sorted([...left, ...right]));
        const merged = mergeBuckets(bucketSorted(sorted(left)), bucketSorted(sorted(right)));
        // Jest compares thousands of numbers a hundred times as slowly.
        expect(isDeepStrictEqual(merged, whole)).toBe(true);
        expect(whole.positions.length).toBeLessThanOrEqual(MAX_BUCKETS);
        expect(whole.positions.every(Number.isFinite)).toBe(true);
        expect(whole.counts.reduce((sum, n) => sum + n, 0)).toBe(left.length + right.length);
      }),
      { numRuns: 12 },
    );
  });

  it('gives the same bytes in whatever order three parts are merged', () => {
    fc.assert(
      fc.property(part, part, part, (...parts) => {
        const [a, b, c] = parts.map((one) => bucketSorted(sorted(valuesOf(one)))) as [Buckets, Buckets, Buckets];
        const whole = JSON.stringify(bucketSorted(sorted(parts.flatMap(valuesOf))));
        expect(JSON.stringify(mergeBuckets(mergeBuckets(a, b), c)) === whole).toBe(true);
        expect(JSON.stringify(mergeBuckets(c, mergeBuckets(b, a))) === whole).toBe(true);
      }),
      { numRuns: 6 },
    );
  });

  it('have a finite middle between their edges, in the order of the numbers', () => {
    const extremes = [-Number.MAX_VALUE, -1, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 1, Number.MAX_VALUE];
    const many = Array.from({ length: 4000 }, (_, index) => (index - 2000) * 1e3);
    const centres = bucketCentres(bucketSorted(sorted([...extremes, ...many])));
    expect(centres.every(Number.isFinite)).toBe(true);
    expect(isDeepStrictEqual(centres, Float64Array.from(centres).sort())).toBe(true);
    const near = bucketCentres(bucketSorted(Float64Array.from({ length: 5000 }, (_, index) => 1 + index / 5000)));
    expect(Math.max(...Array.from(near, (centre, index) => Math.abs(centre - (1 + index / near.length))))).toBeLessThan(0.01);
  });
});
