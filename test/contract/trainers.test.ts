import { describe, it } from '@jest/globals';
import { trainerContract } from '../../src/testing/kinds/trainer-contract.js';
import { gbdt } from '../../src/training/trainers/gbdt.js';

describe('the built-in trainers', () => {
  for (const task of ['binary', 'regression'] as const)
    for (const { title, run } of trainerContract(gbdt, task, { trees: 20, minRowsInLeaf: 5 })) it(`${title} (${task})`, run);
});
