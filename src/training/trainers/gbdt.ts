import type { GbdtSettings } from '../../contracts/stages/train.js';
import { trainerKind } from '../trainer-kind.js';

/** 255 bins for numbers and one for missing values fill a byte. */
export const MAX_BINS = 255;

const MOST_ROWS = 2 ** 31 - 1;

/**
 * Histogram gradient boosting, leaf-wise, bit-identical for a seed whatever the number of threads.
 * `maxRows`: fits on at most so many rows, drawn evenly over time, so that the cost of a retrain does not grow with its window.
 * Defaults: all rows, 100 trees, learning rate 0.1, 31 leaves, 20 rows in a leaf, 255 bins, no L2 penalty, all features, no early stopping.
 * They are LightGBM's (https://lightgbm.readthedocs.io/en/stable/Parameters.html).
 */
export const gbdt = trainerKind<GbdtSettings>('trainer.gbdt', {
  name: 'gbdt',
  options: {
    properties: {
      trees: { type: 'integer', minimum: 1, maximum: 100_000, default: 100 },
      learningRate: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 0.1 },
      leaves: { type: 'integer', minimum: 2, maximum: 4_096, default: 31 },
      minRowsInLeaf: { type: 'integer', minimum: 1, maximum: MOST_ROWS, default: 20 },
      maxBins: { type: 'integer', minimum: 2, maximum: MAX_BINS, default: 255 },
      l2: { type: 'number', minimum: 0, maximum: 1e9, default: 0 },
      featureFraction: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 1 },
      earlyStopping: { type: 'integer', minimum: 0, maximum: 100_000, default: 0 },
      maxRows: { type: 'integer', minimum: 1, maximum: MOST_ROWS },
    },
    required: ['trees', 'learningRate', 'leaves', 'minRowsInLeaf', 'maxBins', 'l2', 'featureFraction', 'earlyStopping'],
  },
  // The threads are loaded by the workers that fit trees, not by every file that names this trainer.
  fit: async (data, task, context) => (await import('../gbdt/fit-gbdt.js')).fitGbdt(data, task, context),
  // As many trees as it has in the end, so that nothing is held out. Rates that were changed by hand cannot be repeated.
  refit: (settings, { record, trees }) =>
    record['learningRates'] === undefined ? { ...settings, trees: trees ?? settings.trees, earlyStopping: 0 } : null,
});
