import type { DriftScore, WindowReport } from '../../contracts/entities/monitoring.js';
import { escapeHtml, formatNumber, table } from '../../report/html.js';
import type { Page, Section } from '../../report/page.js';
import { barChart, lineChart } from '../../report/charts/render-chart.js';
import { rangeOf } from '../../report/charts/scales.js';
import type { Profile } from '../../profiles/profile.js';
import { driftBins } from '../statistics/drift-bins.js';

/** Bars of one plot at most; the largest reference categories are shown. */
const MAX_BARS = 16;

export interface WindowPageInput {
  readonly report: Omit<WindowReport, 'report'>;
  readonly phase: 'drift' | 'performance';
  readonly referenceVersion: number;
  readonly reference: Profile;
  readonly current: Profile;
  readonly failedRatio: number;
  /** Newest first. */
  readonly earlierDrift: readonly WindowReport[];
  readonly earlierPerformance: readonly WindowReport[];
}

/** The report of a closed window as a page. */
export function windowPage(input: WindowPageInput): Page {
  const { report, referenceVersion } = input;
  return {
    title: `${report.model}: ${report.from.slice(0, 16)} to ${report.to.slice(0, 16)} UTC`,
    subtitle: `Monitor of endpoint ${report.endpoint}: ${formatNumber(report.rows)} answered predictions by version ${report.versions.join(', ')}, compared with the evaluation of version ${referenceVersion}`,
    verdict: verdict(input),
    sections: [driftSection(report.drift), distributions(input), ...driftHistory(input), ...performanceSections(input)],
  };
}

function verdict({ report, failedRatio, phase }: WindowPageInput): Page['verdict'] {
  const persistent = report.drift.filter((score) => score.persistent).map(({ column }) => column);
  const crossed = report.drift.filter((score) => score.crossed && !score.persistent).map(({ column }) => column);
  const lines = [
    ...(persistent.length > 0 ? [`Persistent drift: ${persistent.join(', ')}.`] : []),
    ...(crossed.length > 0 ? [`Above the threshold, not yet persistent: ${crossed.join(', ')}.`] : []),
    ...report.performanceCrossed.map(
      ({ metric, value, below }) => `${metric} is ${formatNumber(value)}, below ${formatNumber(below)}.`,
    ),
    `Labels for ${formatNumber(report.labelCoverage * 100)}% of the predictions${phase === 'drift' ? ' (drift phase: not asked yet)' : ''}.`,
    `${formatNumber(failedRatio * 100)}% of the requests were not answered.`,
    ...(report.late === undefined || report.late === 0
      ? []
      : [`${formatNumber(report.late)} predictions came too late for the window of their event.`]),
  ];
  if (persistent.length > 0 || report.performanceCrossed.length > 0)
    return { tone: 'bad', headline: 'The model should be looked at', lines };
  if (crossed.length > 0) return { tone: 'neutral', headline: 'Something moved', lines };
  return { tone: 'good', headline: 'Nothing unusual', lines };
}

function driftSection(drift: readonly DriftScore[]): Section {
  const rows = drift.map(({ column, statistic, score, threshold, crossed, persistent, tooFewRows }) => [
    escapeHtml(column),
    statistic,
    crossed ? `<span class="up">${formatNumber(score)}</span>` : formatNumber(score),
    formatNumber(threshold),
    crossed ? 'yes' : tooFewRows === undefined ? 'no' : `no, only ${tooFewRows} rows`,
    persistent ? 'yes' : 'no',
  ]);
  return { title: 'Drift', body: table(['column', 'statistic', 'score', 'threshold', 'crossed', 'persistent'], rows) };
}

function distributions({ report, reference, current }: WindowPageInput): Section {
  const plots = report.drift.flatMap(({ column }) => {
    const [known, seen] = [reference.columns[column], current.columns[column]];
    if (known === undefined || seen === undefined || known.type !== seen.type) return [];
    const bins = driftBins(known, seen);
    const ordered = known.of !== 'value' || known.type === 'numeric';
    const kept = bins.labels
      .map((label, index) => ({ label, index }))
      .sort((a, b) => (ordered ? 0 : (bins.reference[b.index] ?? 0) - (bins.reference[a.index] ?? 0)))
      .slice(0, ordered ? bins.labels.length : MAX_BARS);
    const share = (counts: readonly number[]): number[] => {
      const total = counts.reduce((sum, n) => sum + n, 0) || 1;
      return kept.map(({ index }) => (counts[index] ?? 0) / total);
    };
    return [
      barChart({
        title: column,
        xLabel: known.type === 'numeric' ? 'deciles of the reference' : ordered ? 'hour of day (UTC)' : 'largest categories',
        yLabel: 'share of rows',
        labels: kept.map(({ label }) => label),
        series: [
          { name: 'reference', values: share(bins.reference) },
          { name: 'this window', values: share(bins.current) },
        ],
      }),
    ];
  });
  return {
    title: 'Distributions',
    note: 'Shares by bin: the evaluation of the champion against this window.',
    body: `<div class="plots">${plots.join('\n')}</div>`,
  };
}

function driftHistory({ report, earlierDrift }: WindowPageInput): Section[] {
  const windows = [...earlierDrift].reverse();
  if (windows.length === 0) return [];
  const plots = report.drift.map(({ column, statistic, threshold }) => {
    const scores = [...windows, report].map(({ drift }) => drift.find((other) => other.column === column)?.score ?? null);
    return historyPlot(`${column}: ${statistic}`, scores, [threshold]);
  });
  return [
    {
      title: 'Drift over the windows',
      note: 'Oldest left, this window right; the dashed line is the threshold.',
      body: `<div class="plots">${plots.join('\n')}</div>`,
    },
  ];
}

function performanceSections({ report, earlierPerformance }: WindowPageInput): Section[] {
  const { performance } = report;
  if (performance === null) return [];
  const rows = Object.entries(performance).map(([metric, value]) => [escapeHtml(metric), formatNumber(value)]);
  const windows = [...earlierPerformance].reverse();
  const plots = Object.keys(performance).map((metric) => {
    const limits = report.performanceCrossed.filter((crossing) => crossing.metric === metric).map(({ below }) => below);
    return historyPlot(
      metric,
      [...windows, report].map((window) => window.performance?.[metric] ?? null),
      limits,
    );
  });
  return [
    {
      title: 'Performance',
      note: 'Measured on the predictions whose labels have come.',
      body: `${table(['metric', 'value'], rows)}<div class="plots">${plots.join('\n')}</div>`,
    },
  ];
}

function historyPlot(title: string, values: readonly (number | null)[], limits: readonly number[]): string {
  const points = values.flatMap((y, index) => (y === null ? [] : [{ x: index - values.length + 1, y }]));
  return lineChart({
    title,
    xLabel: 'windows before this one',
    yLabel: title,
    limits,
    series: [{ points }],
    x: { from: Math.min(1 - values.length, -1), to: 0 },
    y: rangeOf([...points.map(({ y }) => y), ...limits]),
    dots: true,
    wholeX: true,
  });
}
