import { quantile } from '../../metrics/quantiles.js';
import type { MetricKind } from '../../metrics/metric-kind.js';
import type { RowWeights, ScoredRows } from '../../metrics/scored-rows.js';
import { createRandom } from './random.js';

/** Positive numbers favour the challenger, whichever way the metric points. */
export interface BootstrapInterval {
  readonly delta: number;
  /** One-sided lower and upper bounds, each at `confidence`; between them lies a two-sided interval at 2 confidence - 1. */
  readonly low: number;
  readonly high: number;
  /** Resamples on which the metric was defined. */
  readonly resamples: number;
}

export interface BootstrapOptions {
  /** Resamples, at least 1. */
  readonly samples: number;
  /** 0.5..1, exclusive. */
  readonly confidence: number;
  readonly seed: number;
}

/**
 * Paired bootstrap over rows: both models are measured on the same resamples, so what they share cancels out (Efron and Tibshirani 1993,
 * percentile interval). Rows are taken as independent. An interval for each metric, in their order; null when the metric is undefined on the
 * rows or on most resamples. Deterministic for a seed, and the same for a metric whatever others are asked for.
 * Each resample costs one pass over the rows per model and metric; sorting is done once.
 */
export function pairedBootstrap(
  metrics: readonly MetricKind[],
  challenger: ScoredRows,
  opponent: ScoredRows,
  options: BootstrapOptions,
): readonly (BootstrapInterval | null)[] {
  const deltas = metrics.map((): number[] => []);
  const random = createRandom(options.seed);
  const rows = challenger.labels.length;
  // Rows are drawn by their rank among the challenger's scores, and found once among the opponent's.
  const ranks = ranksOf(challenger);
  const sameRows = opponent.order.map((row) => ranks[row] as number);
  const weights = new Uint16Array(rows);
  const opponentWeights = new Uint16Array(rows);
  for (let sample = 0; sample < options.samples; sample += 1) {
    weights.fill(0);
    for (let draw = 0; draw < rows; draw += 1) {
      const rank = Math.floor((random() / 2 ** 32) * rows);
      weights[rank] = (weights[rank] as number) + 1;
    }
    for (let rank = 0; rank < rows; rank += 1) opponentWeights[rank] = weights[sameRows[rank] as number] as number;
    for (const [index, metric] of metrics.entries()) {
      const resampled = orientedDelta(metric, [challenger, weights], [opponent, opponentWeights]);
      if (resampled !== null) deltas[index]?.push(resampled);
    }
  }
  return metrics.map((metric, index) => {
    const delta = orientedDelta(metric, [challenger, null], [opponent, null]);
    return delta === null ? null : intervalOf(delta, deltas[index] ?? [], options);
  });
}

function intervalOf(delta: number, deltas: readonly number[], options: BootstrapOptions): BootstrapInterval | null {
  if (deltas.length * 2 < options.samples) return null;
  const sorted = Float64Array.from(deltas).sort();
  return {
    delta,
    low: quantile(sorted, 1 - options.confidence),
    high: quantile(sorted, options.confidence),
    resamples: deltas.length,
  };
}

/** Where each row stands in the order of the scores. */
function ranksOf({ order }: ScoredRows): Uint32Array {
  const ranks = new Uint32Array(order.length);
  for (const [rank, row] of order.entries()) ranks[row] = rank;
  return ranks;
}

type Weighted = readonly [rows: ScoredRows, weights: RowWeights];

function orientedDelta(metric: MetricKind, challenger: Weighted, opponent: Weighted): number | null {
  const own = metric.compute(...challenger);
  const other = metric.compute(...opponent);
  if (own === null || other === null) return null;
  return metric.better === 'higher' ? own - other : other - own;
}
