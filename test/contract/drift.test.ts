import { describe, expect, it } from '@jest/globals';
import { hellinger } from '../../examples/extending/hellinger.js';
import { driftScore } from '../../src/monitoring/drift-score.js';
import { STATISTICS } from '../../src/monitoring/statistics.js';
import { driftContract } from 'perennial-ml/testing';

describe('the built-in drift statistics', () => {
  for (const name of STATISTICS.names())
    for (const { title, run } of driftContract({ kind: STATISTICS.named(name) })) it(title, run);
});

describe('an added drift statistic', () => {
  for (const { title, run } of driftContract(hellinger)) it(title, run);

  it('is found by its name in the rules of a monitor', () => {
    const profile = {
      ...({ type: 'category', of: 'value', nulls: 0, other: 0 } as const),
      ...{ count: 4, categories: ['a', 'b'], counts: [1, 3] },
    };
    expect(driftScore({ statistic: 'hellinger', max: 0.1 }, profile, { ...profile, counts: [3, 1] })).toBeCloseTo(0.366, 3);
    expect(() => driftScore({ statistic: 'helinger', max: 0.1 }, profile, profile)).toThrow(/one of hellinger, jensen_shannon/);
  });
});
