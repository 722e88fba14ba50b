import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { eachTie } from '../each-tie.js';

/**
 * Average precision: sum over thresholds of (recall step) x precision, without interpolation.
 * Equal to `sklearn.metrics.average_precision_score`. Null when no row is positive.
 */
export const averagePrecision = metricKind({
  name: 'average_precision',
  task: 'binary',
  better: 'higher',
  undefinedWhen: 'no label is positive',
  compute,
});

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  let [positives, negatives, sum] = [0, 0, 0];
  eachTie(rows, weights, (tiePositives, tieNegatives) => {
    positives += tiePositives;
    negatives += tieNegatives;
    if (tiePositives > 0) sum += (tiePositives * positives) / (positives + negatives);
  });
  return positives === 0 ? null : sum / positives;
}
