import { describe, it } from '@jest/globals';
import { METRICS } from '../../src/metrics/metrics.js';
import { metricContract } from '../../src/testing/kinds/metric-contract.js';

describe('the built-in metrics', () => {
  for (const name of METRICS.names()) for (const { title, run } of metricContract(METRICS.named(name))) it(title, run);
});
