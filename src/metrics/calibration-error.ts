import { calibrate } from './calibration.js';
import type { RowWeights, ScoredRows } from './scored-rows.js';

/**
 * Expected calibration error, 0..1, in 15 bins of equal mass (Nguyen and O'Connor 2015): mean over rows of |mean score - share of positives|
 * of the row's bin. Null without rows.
 */
export function calibrationError(rows: ScoredRows, weights: RowWeights): number | null {
  return calibrate(rows, weights)?.expectedError ?? null;
}
