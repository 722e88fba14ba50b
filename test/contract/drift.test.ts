import { describe, it } from '@jest/globals';
import { STATISTICS } from '../../src/monitoring/statistics.js';
import { driftContract } from '../../src/testing/kinds/drift-contract.js';

describe('the built-in drift statistics', () => {
  for (const name of STATISTICS.names())
    for (const { title, run } of driftContract({ kind: STATISTICS.named(name) })) it(title, run);
});
