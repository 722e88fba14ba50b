import { describe, it } from '@jest/globals';
import { costPerRow } from '../../examples/extending/cost-per-row.js';
import { METRICS } from '../../src/metrics/metrics.js';
import { metricContract } from 'perennial-ml/testing';

describe('the built-in metrics', () => {
  for (const name of METRICS.names()) for (const { title, run } of metricContract(METRICS.named(name))) it(title, run);
});

describe('an added metric', () => {
  for (const { title, run } of metricContract(costPerRow)) it(title, run);
});
