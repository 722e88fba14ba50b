import { isReference } from '../reference.js';
import { checkCall, type Kind } from '../../errors/check-call.js';
import { optional, optionsOf } from '../../errors/kinds.js';
import { aNumberSetting } from '../options/kinds.js';
import type { Setting } from '../parameter-reference.js';

/** A trainer and its settings; becomes a `TrainerSpec` in the plan. */
export interface Gbdt {
  readonly trainer: 'gbdt';
  readonly trees: Setting<number>;
  readonly learningRate: Setting<number>;
  readonly leaves: Setting<number>;
  readonly minRowsInLeaf: Setting<number>;
  readonly maxBins: Setting<number>;
  readonly l2: Setting<number>;
  readonly featureFraction: Setting<number>;
  readonly earlyStopping: Setting<number>;
  readonly maxRows?: Setting<number>;
}

/** LightGBM's defaults (https://lightgbm.readthedocs.io/en/stable/Parameters.html). */
const GBDT_DEFAULTS = {
  trees: 100,
  learningRate: 0.1,
  leaves: 31,
  minRowsInLeaf: 20,
  maxBins: 255,
  l2: 0,
  featureFraction: 1,
  earlyStopping: 0,
} as const;

/** Of references and functions the linter knows more to say. */
const aLintedNumber: Kind = {
  expected: aNumberSetting.expected,
  holds: (value) => aNumberSetting.holds(value) || isReference(value) || typeof value === 'function',
};
const GBDT_OPTIONS = Object.fromEntries(Object.keys(GBDT_DEFAULTS).map((name) => [name, optional(aLintedNumber)]));

/**
 * Histogram gradient boosting, leaf-wise, bit-identical for a seed whatever the number of threads.
 * `maxRows`: fits on at most so many rows, drawn evenly over time, so that the cost of a retrain does not grow with its window.
 * Defaults: all rows, 100 trees, learning rate 0.1, 31 leaves, 20 rows in a leaf, 255 bins, no L2 penalty, all features, no early stopping.
 */
export function gbdt(settings: { readonly [Name in keyof Omit<Gbdt, 'trainer'>]?: NonNullable<Gbdt[Name]> } = {}): Gbdt {
  checkCall('trainer.gbdt', { settings }, { settings: optionsOf({ ...GBDT_OPTIONS, maxRows: optional(aNumberSetting) }) });
  return Object.freeze({ trainer: 'gbdt', ...GBDT_DEFAULTS, ...settings });
}
