import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { binSorted, MAX_BINS, mergeBins } from '../../../src/monitoring/bin-grid.js';

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
  waves: fc.nat(3 * MAX_BINS),
  exponent: fc.integer({ min: -1074, max: 1000 }),
  others: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }),
});

describe('grids of values', () => {
  it('gives the same bins for two parts merged as for all their values at once, whatever their sizes', () => {
    fc.assert(
      fc.property(part, part, (first, second) => {
        const [left, right] = [valuesOf(first), valuesOf(second)];
        const whole = binSorted(sorted([...left, ...right]));
        const merged = mergeBins(binSorted(sorted(left)), binSorted(sorted(right)));
        // Jest compares thousands of numbers a hundred times as slowly.
        expect(isDeepStrictEqual(merged, whole)).toBe(true);
        expect(whole.positions.length).toBeLessThanOrEqual(MAX_BINS);
        expect(whole.positions.every(Number.isFinite)).toBe(true);
        expect(whole.counts.reduce((sum, n) => sum + n, 0)).toBe(left.length + right.length);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a value below zero in a bin below zero, also one that rounds to zero when it is divided', () => {
    const values = Array.from({ length: 3000 }, (_, index) => index * 2 ** 20);
    const { exponent, positions } = binSorted(sorted([...values, -8.4e-323]));
    expect(exponent).toBeGreaterThan(0);
    expect(positions[0]).toBe(-1);
  });

  it('has grids for thousands of the smallest numbers there are', () => {
    const { exponent, positions } = binSorted(Float64Array.from({ length: 3000 }, (_, index) => index * Number.MIN_VALUE));
    expect(exponent).toBe(-1073);
    expect(positions).toHaveLength(1500);
  });
});
