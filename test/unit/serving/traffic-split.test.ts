import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseVariant, trafficSlot } from '../../../src/serving/replica/traffic-split.js';

const variants = (weight: number): readonly { name: string; weight: number }[] => [
  { name: 'champion', weight: 100 - weight },
  { name: 'challenger', weight },
];

describe('the traffic split', () => {
  it('gives every key the same slot each time, different per endpoint', () => {
    expect(trafficSlot('a', 'request-1')).toBe(trafficSlot('a', 'request-1'));
    const differing = Array.from({ length: 100 }, (_, n) => trafficSlot('a', `${n}`) !== trafficSlot('b', `${n}`));
    expect(differing.filter(Boolean).length).toBeGreaterThan(95);
  });

  it('spreads keys evenly: 10,000 keys at 10 per cent give the challenger 10 per cent within four standard deviations', () => {
    const keys = Array.from({ length: 10_000 }, (_, n) => `flight-${n}`);
    const challenged = keys.filter(
      (key) => chooseVariant(variants(10), trafficSlot('flights', key))?.name === 'challenger',
    ).length;
    expect(Math.abs(challenged - 1_000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.1 * 0.9));
  });

  it('takes exactly the share of the slots that the weight says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (weight) => {
        let challenged = 0;
        for (let slot = 0; slot < 10_000; slot += 1)
          challenged += chooseVariant(variants(weight), slot)?.name === 'challenger' ? 1 : 0;
        return challenged === weight * 100;
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a caller with the challenger while the challenger only grows', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (key, one, other) => {
        const slot = trafficSlot('e', key);
        const before = chooseVariant(variants(Math.min(one, other)), slot)?.name;
        const after = chooseVariant(variants(Math.max(one, other)), slot)?.name;
        return before !== 'challenger' || after === 'challenger';
      }),
    );
  });

  it('gives the share of a variant that is left out to the others', () => {
    const only = [{ name: 'champion', weight: 40 }];
    expect(chooseVariant(only, 0)?.name).toBe('champion');
    expect(chooseVariant(only, 9_999)?.name).toBe('champion');
  });
});
