import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';

export const DAY_MS = 86_400_000;

/** Retrains on drift and on a fallen AUC, at most every three days. */
export const weeklyPolicy: RetrainConfig = {
  model: 'm',
  pipeline: 'weekly',
  on: [{ on: 'drift' }, { on: 'performance', metric: 'roc_auc', below: 0.64 }],
  debounceMs: 60_000,
  coolDownMs: 3 * DAY_MS,
  budget: { runs: 12, perMs: 100 * DAY_MS },
  clock: 'wall',
  window: { lengthMs: 28 * DAY_MS, from: 'from', to: 'to' },
  parameters: {},
};
