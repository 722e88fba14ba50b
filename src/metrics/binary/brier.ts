import { metricKind } from '../metric-kind.js';
import type { RowWeights, ScoredRows } from '../scored-rows.js';
import { meanOfKept } from '../weighted-mean.js';

/** Mean squared difference of probability and outcome. Equal to `sklearn.metrics.brier_score_loss`. Null without rows. */
export const brier = metricKind({ name: 'brier', task: 'binary', better: 'lower', undefinedWhen: 'there are no rows', compute });

function compute(rows: ScoredRows, weights: RowWeights): number | null {
  return meanOfKept(rows, weights, squaredTerm);
}

function squaredTerm(label: number, score: number): number {
  return (score - label) ** 2;
}
