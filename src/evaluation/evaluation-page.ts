import type { EvaluateConfig, EvaluateInputs, EvaluationDecision, GateComparison } from '../contracts/stages/evaluate.js';
import { escapeHtml, formatNumber, table } from '../report/html.js';
import type { Page, Section } from '../report/page.js';
import { barChart, intervalChart, lineChart } from '../report/charts/render-chart.js';
import type { Blessing } from '../contracts/stages/evaluate.js';
import type { Comparison } from './comparison/comparison.js';
import { wilsonInterval } from './wilson-interval.js';
import { opponentName } from './gate.js';

const UNIT = { from: 0, to: 1 };
const VERDICTS: Record<EvaluationDecision, Pick<Page['verdict'], 'tone' | 'headline'>> = {
  blessed: { tone: 'good', headline: 'Blessed: the challenger may be deployed' },
  rejected: { tone: 'bad', headline: 'Rejected' },
  inconclusive: { tone: 'neutral', headline: 'Inconclusive: the opponent stays' },
};

export interface EvaluationPageInput {
  readonly config: EvaluateConfig;
  readonly inputs: EvaluateInputs;
  readonly blessing: Blessing;
  readonly comparison: Comparison | null;
  readonly decision: EvaluationDecision;
  readonly reasons: readonly string[];
}

/** The evaluation as a page: verdict in words, metrics, plots of both models, slices, infra check. */
export function evaluationPage({ config, inputs, blessing, comparison, decision, reasons }: EvaluationPageInput): Page {
  const { testFrom, testTo, testRows } = inputs.features.meta;
  return {
    title: `Evaluation of ${config.model}`,
    subtitle: `model/${inputs.model.id} (${inputs.model.meta.trainer}) on ${formatNumber(testRows)} rows from ${testFrom.slice(0, 16)} to ${testTo.slice(0, 16)} UTC`,
    verdict: { ...VERDICTS[decision], lines: reasons },
    sections: [
      ...(comparison === null ? [] : comparisonSections(comparison, inputs.model.meta.task === 'binary')),
      infraSection(config, blessing),
    ],
  };
}

function comparisonSections(comparison: Comparison, binary: boolean): Section[] {
  const opponent = comparison.gate === null ? 'opponent' : opponentName(comparison.gate);
  const names = ['challenger', opponent] as const;
  const plots = binary ? [...rankingPlots(comparison, names), ...calibrationPlots(comparison, names)] : [];
  return [
    metricsSection(comparison, opponent),
    {
      title: 'Plots',
      note: `Challenger against ${opponent}, on the same rows.`,
      body: `<div class="plots">${[...plots, scorePlot(comparison, names), ...differencePlots(comparison, opponent)].join('\n')}</div>`,
    },
    ...slicesSection(comparison, opponent),
  ];
}

function metricsSection(comparison: Comparison, opponent: string): Section {
  const rows = Object.entries(comparison.metrics).map(([metric, value]) => [
    escapeHtml(metric),
    value === null ? `– (${escapeHtml(comparison.undefinedMetrics[metric] ?? 'undefined')})` : formatNumber(value),
    formatNumber(comparison.opponentMetrics[metric] ?? null),
    interval([comparison.gate, ...comparison.guards].find((compared) => compared?.metric === metric)),
  ]);
  return { title: 'Metrics', body: table(['metric', 'challenger', opponent, 'difference and its bounds'], rows) };
}

const interval = (compared: GateComparison | null | undefined): string =>
  compared ? `${formatNumber(compared.delta)} [${formatNumber(compared.deltaLow)}, ${formatNumber(compared.deltaHigh)}]` : '';

function differencePlots(comparison: Comparison, opponent: string): string[] {
  const compared = [comparison.gate, ...comparison.guards].filter((one) => one !== null);
  if (compared.length === 0) return [];
  const intervals = compared.map(({ metric, delta, deltaLow, deltaHigh }) => ({
    label: metric,
    value: delta,
    low: deltaLow,
    high: deltaHigh,
  }));
  const text = { title: `Difference to ${opponent}`, xLabel: 'difference and its bounds', yLabel: 'metric' };
  return [intervalChart({ ...text, intervals, reference: 0 })];
}

function rankingPlots({ challenger, opponent }: Comparison, names: Names): string[] {
  if (challenger.curves === null || opponent.curves === null) return [];
  const [own, other] = [challenger.curves, opponent.curves];
  const roc = { title: 'ROC curve', xLabel: 'false positive ratio', yLabel: 'true positive ratio' };
  const recall = { title: 'Precision and recall', xLabel: 'recall', yLabel: 'precision' };
  return [
    lineChart({ ...roc, series: seriesOf(names, own.roc, other.roc), x: UNIT, y: UNIT, diagonal: true }),
    lineChart({ ...recall, series: seriesOf(names, own.precisionRecall, other.precisionRecall), x: UNIT, y: UNIT }),
  ];
}

function calibrationPlots({ challenger, opponent }: Comparison, names: Names): string[] {
  const series = [challenger, opponent].map(({ calibration }, index) => ({
    name: names[index] ?? '',
    points: (calibration?.bins ?? []).map(({ rows, meanScore, positiveRatio }) => ({
      x: meanScore,
      y: positiveRatio,
      interval: wilsonInterval(positiveRatio, rows),
    })),
  }));
  const highest = series.flatMap(({ points }) => points.flatMap(({ x, interval }) => [x, interval[1]]));
  const range = { from: 0, to: Math.min(1, Math.max(0.05, ...highest) * 1.1) };
  const text = { title: 'Calibration', xLabel: 'mean score', yLabel: 'share of positives, 95% interval' };
  return [lineChart({ ...text, series, x: range, y: range, diagonal: true, dots: true })];
}

function scorePlot({ challenger, opponent }: Comparison, [own, other]: Names): string {
  const { edges } = challenger.scores;
  const labels = edges.slice(0, -1).map((edge, index) => formatNumber((edge + (edges[index + 1] ?? edge)) / 2));
  const series = [
    { name: own, values: challenger.scores.shares },
    { name: other, values: opponent.scores.shares },
  ];
  return barChart({ title: 'Scores', xLabel: 'score', yLabel: 'share of rows', labels, series });
}

type Names = readonly [challenger: string, opponent: string];
type Curve = readonly (readonly [x: number, y: number])[];

const seriesOf = (names: Names, ...curves: readonly Curve[]): { name: string; points: { x: number; y: number }[] }[] =>
  curves.map((points, index) => ({ name: names[index] ?? '', points: points.map(([x, y]) => ({ x, y })) }));

function slicesSection({ slices, metrics }: Comparison, opponent: string): Section[] {
  if (slices.length === 0) return [];
  const names = Object.keys(metrics);
  const rows = slices.map((slice) => [
    escapeHtml(`${slice.column} = ${slice.value}`),
    formatNumber(slice.rows),
    ...names.flatMap((name) => [formatNumber(slice.challenger[name] ?? null), formatNumber(slice.opponent[name] ?? null)]),
  ]);
  const header = ['slice', 'rows', ...names.flatMap((name) => [name, `${name} of ${opponent}`])];
  return [
    {
      title: 'Slices',
      note: 'The same metrics on parts of the test rows; most frequent values first.',
      body: table(header, rows),
    },
  ];
}

function infraSection(config: EvaluateConfig, blessing: Blessing): Section {
  const rows = [
    ['loads and answers its sample rows', blessing.blessed || blessing.p99Ms !== null ? 'yes' : 'no'],
    ['sample rows', formatNumber(blessing.sampleRows)],
    ['size', `${formatNumber(Math.round(blessing.modelBytes / 1024))} KiB`],
    ['latency of one row, p50', `${formatNumber(blessing.p50Ms)} ms`],
    ['latency of one row, p99', `${formatNumber(blessing.p99Ms)} ms (allowed: ${formatNumber(config.infra.maxP99Ms)} ms)`],
    ...blessing.problems.map((problem) => ['problem', escapeHtml(problem)]),
  ];
  return {
    title: 'Infra check',
    note: 'Loaded in a fresh session, as a model server does.',
    body: table(['check', 'result'], rows),
  };
}
