import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LatencyHistogram } from '../../../src/serving/model/latency-histogram.js';

describe('the latency histogram', () => {
  it('has no quantile before the first value', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNull();
  });

  it('gives quantiles at most 5 per cent above the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (values, share) => {
          const histogram = new LatencyHistogram();
          for (const value of values) histogram.record(value);
          const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1]!;
          const quantile = histogram.quantile(share)!;
          expect(quantile).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(quantile).toBeLessThanOrEqual(exact * 1.05 * (1 + 1e-9));
        },
      ),
    );
  });
});
