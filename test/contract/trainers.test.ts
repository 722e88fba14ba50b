import { describe, it } from '@jest/globals';
import { logisticRegression } from '../../examples/extending/logistic-regression.js';
import { trainerContract } from 'perennial-ml/testing';
import { trainer } from 'perennial-ml';

describe('the built-in trainers', () => {
  for (const task of ['binary', 'regression'] as const)
    for (const { title, run } of trainerContract(trainer.gbdt, task, { trees: 20, minRowsInLeaf: 5 }))
      it(`${title} (${task})`, run);
});

describe('an added trainer', () => {
  for (const { title, run } of trainerContract(logisticRegression, 'binary')) it(title, run);
});
