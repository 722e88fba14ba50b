import { describe, expect, it } from '@jest/globals';
import { wilsonInterval } from '../../../src/evaluation/wilson-interval.js';

describe('the interval of a share', () => {
  // scipy 1.17.1: binomtest(count, trials).proportion_ci(method='wilson').
  it.each([
    [0, 10, 0, 0.27753279986288926],
    [5, 10, 0.236593090512564, 0.7634069094874361],
    [81, 263, 0.2552885198782742, 0.36620957698280004],
    [1, 29, 0.006113214292762667, 0.17175521879320282],
  ])('of %d in %d', (count, trials, low, high) => {
    const [from, to] = wilsonInterval(count / trials, trials);
    expect(from).toBeCloseTo(low, 12);
    expect(to).toBeCloseTo(high, 12);
  });
});
