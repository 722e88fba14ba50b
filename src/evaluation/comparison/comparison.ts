import type { GateComparison, GateSpec, GuardComparison, MetricValues } from '../../contracts/stages/evaluate.js';
import type { Task } from '../../contracts/stages/feature.js';
import { pairedBootstrap } from './bootstrap.js';
import type { Calibration } from '../../metrics/calibration.js';
import { calibrate } from '../../metrics/calibration.js';
import type { Histogram, RankingCurves } from '../../metrics/curves.js';
import { histogram, rankingCurves } from '../../metrics/curves.js';
import type { MetricKind } from '../../metrics/metric-kind.js';
import { metricsFor } from '../../metrics/metrics.js';
import type { ScoredRows } from '../../metrics/scored-rows.js';
import { pickRows, scoredRows } from '../../metrics/scored-rows.js';
import { baselineScores } from './baseline.js';

/** Rows of one column grouped by value; `codes[row]` is 1 + the index in `values`, 0 for rows of no listed value. */
export interface SliceColumn {
  readonly column: string;
  readonly values: readonly string[];
  readonly codes: Uint16Array;
}

/** Everything to compare two models on the same rows; survives a structured clone. */
export interface ComparisonInput {
  readonly task: Task;
  readonly metrics: readonly string[];
  readonly gate: GateSpec;
  readonly seed: number;
  readonly labels: Float64Array;
  readonly challenger: Float64Array;
  readonly champion: { readonly version: number; readonly scores: Float64Array } | null;
  readonly slices: readonly SliceColumn[];
}

export type SliceResult = {
  readonly column: string;
  readonly value: string;
  readonly rows: number;
  readonly challenger: MetricValues;
  readonly opponent: MetricValues;
};
export type ModelShape = {
  readonly calibration: Calibration | null;
  readonly curves: RankingCurves | null;
  readonly scores: Histogram;
};
export type Comparison = {
  readonly rows: number;
  readonly labelMean: number;
  readonly metrics: MetricValues;
  readonly opponentMetrics: MetricValues;
  /** Why a metric is null. */
  readonly undefinedMetrics: { readonly [metric: string]: string };
  /** Rows of the rarer class of a binary label; null for a regression. */
  readonly events: number | null;
  /** Null when the gate's metric is undefined on the rows or on most resamples. */
  readonly gate: GateComparison | null;
  /** Values of the gate's guards, in their order, null where undefined. Empty without a champion, since a constant is always calibrated. */
  readonly guards: readonly (GuardComparison | null)[];
  readonly slices: readonly SliceResult[];
  readonly challenger: ModelShape;
  readonly opponent: ModelShape;
};

/** Names of all metrics that a comparison computes. */
export function comparedMetrics({ metrics, gate, champion }: ComparisonInput): readonly string[] {
  const guards = champion === null ? [] : (gate.guards ?? []);
  return [...metrics, gate.metric, ...guards.map(({ metric }) => metric)];
}

/** Metrics, slices, calibration, curves and the paired bootstrap of challenger against champion, or base-rate baseline. Pure. */
export function compareModels(input: ComparisonInput): Comparison {
  const guards = input.champion === null ? [] : (input.gate.guards ?? []);
  const metrics = metricsFor(input.task, comparedMetrics(input));
  const challenger = scoredRows(input.labels, input.challenger);
  const opponent = scoredRows(
    input.labels,
    input.champion?.scores ?? baselineScores(input.task, input.gate.metric, input.labels),
  );
  const own = measure(metrics, challenger);
  const [low, high] = scoreRange(challenger, opponent);
  const compared = compareForGate(input, metrics, challenger, opponent);
  return {
    rows: input.labels.length,
    events: input.task === 'binary' ? rarerRows(input.labels) : null,
    labelMean: input.labels.reduce((sum, label) => sum + label, 0) / input.labels.length,
    metrics: own,
    opponentMetrics: measure(metrics, opponent),
    undefinedMetrics: Object.fromEntries(
      metrics.filter(({ name }) => own[name] === null).map((metric) => [metric.name, metric.undefinedWhen]),
    ),
    gate: compared.get(input.gate.metric) ?? null,
    guards: guards.map(({ metric, margin, relative }) => {
      const comparison = compared.get(metric) ?? null;
      return comparison && { ...comparison, margin: relative ? margin * Math.abs(comparison.opponent) : margin };
    }),
    slices: input.slices.flatMap((slice) => compareSlice(slice, metrics, challenger, opponent)),
    challenger: describe(input.task, challenger, low, high),
    opponent: describe(input.task, opponent, low, high),
  };
}

function measure(metrics: readonly MetricKind[], rows: ScoredRows): MetricValues {
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric.compute(rows, null)]));
}

function rarerRows(labels: Float64Array): number {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Math.min(positives, labels.length - positives);
}

/** What can be compared of the gate's metric and its guards, by metric, all on the same resamples. */
function compareForGate(
  input: ComparisonInput,
  metrics: readonly MetricKind[],
  challenger: ScoredRows,
  opponent: ScoredRows,
): ReadonlyMap<string, GateComparison> {
  const { gate, champion, seed } = input;
  const { samples, confidence } = gate;
  const names = [gate.metric, ...(champion === null ? [] : (gate.guards ?? []).map(({ metric }) => metric))];
  const wanted = metrics.filter(({ name }) => names.includes(name));
  const intervals = pairedBootstrap(wanted, challenger, opponent, { samples, confidence, seed });
  const compared = wanted.flatMap((metric, index): GateComparison[] => {
    const interval = intervals[index] ?? null;
    const [own, other] = [metric.compute(challenger, null), metric.compute(opponent, null)];
    if (interval === null || own === null || other === null) return [];
    return [
      {
        metric: metric.name,
        challenger: own,
        opponent: other,
        opponentKind: champion === null ? 'baseline' : 'champion',
        opponentVersion: champion?.version ?? null,
        delta: interval.delta,
        deltaLow: interval.low,
        deltaHigh: interval.high,
      },
    ];
  });
  return new Map(compared.map((comparison) => [comparison.metric, comparison]));
}

function compareSlice(
  slice: SliceColumn,
  metrics: readonly MetricKind[],
  challenger: ScoredRows,
  opponent: ScoredRows,
): SliceResult[] {
  return rowsByCode(slice).map((rows, index) => ({
    column: slice.column,
    value: slice.values[index] ?? '',
    rows: rows.length,
    challenger: measure(metrics, pickRows(challenger, rows)),
    opponent: measure(metrics, pickRows(opponent, rows)),
  }));
}

function rowsByCode({ values, codes }: SliceColumn): Uint32Array[] {
  const sizes = new Uint32Array(values.length + 1);
  for (const code of codes) sizes[code] = (sizes[code] ?? 0) + 1;
  const groups = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(values.length + 1);
  codes.forEach((code, row) => {
    const at = filled[code] ?? 0;
    const group = groups[code];
    if (group !== undefined) group[at] = row;
    filled[code] = at + 1;
  });
  return groups.slice(1);
}

function describe(task: Task, rows: ScoredRows, low: number, high: number): ModelShape {
  const binary = task === 'binary';
  return {
    calibration: binary ? calibrate(rows) : null,
    curves: binary ? rankingCurves(rows) : null,
    scores: histogram(rows.scores, low, high),
  };
}

function scoreRange(...models: readonly ScoredRows[]): readonly [number, number] {
  const ends = models.flatMap(({ scores, order }) => [scores[order[0] ?? 0] ?? 0, scores[order[order.length - 1] ?? 0] ?? 0]);
  return [Math.min(...ends), Math.max(...ends)];
}
