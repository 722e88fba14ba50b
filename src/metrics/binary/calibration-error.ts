import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { calibrate } from '../calibration.js';

/**
 * Expected calibration error, 0..1, in 15 bins of equal mass (Nguyen and O'Connor 2015): mean over rows of |mean score - share of positives|
 * of the row's bin. Null without rows.
 */
export const calibrationError = metricKind({
  name: 'calibration_error',
  task: 'binary',
  better: 'lower',
  undefinedWhen: 'there are no rows',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  return calibrate(rows, weights)?.expectedError ?? null;
}
