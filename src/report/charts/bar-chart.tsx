import { scaleBand } from 'd3-scale';
import type { ReactElement } from 'react';
import { formatNumber } from '../html.js';
import { NameAxis, YAxis } from './axes.js';
import { ChartFrame, type ChartText } from './chart-frame.js';
import { labelStep, linearScale, PLOT, rounded } from './scales.js';

export interface BarSeries {
  readonly name: string;
  /** One for each label, >= 0. */
  readonly values: readonly number[];
}

export interface BarChartProps extends ChartText {
  readonly labels: readonly string[];
  readonly series: readonly BarSeries[];
}

/** Bars side by side for one or two series. */
export function BarChart({ labels, series, ...text }: BarChartProps): ReactElement {
  const top = Math.max(...series.flatMap(({ values }) => values), 1e-9);
  const up = linearScale({ from: 0, to: top * 1.05 }, PLOT.bottom, PLOT.top);
  const slots = scaleBand<number>().domain(labels.keys()).range([PLOT.left, PLOT.right]).padding(0.16);
  const bars = scaleBand<number>().domain(series.keys()).range([0, slots.bandwidth()]);
  const left = (label: number): number => slots(label) ?? PLOT.left;
  return (
    <ChartFrame
      {...text}
      series={series.map(({ name }) => name)}
      summary={`${text.yLabel} by ${text.xLabel}; largest: ${series.map((one) => largestOf(one, labels)).join('; ')}`}
      data={{
        header: [text.xLabel, ...series.map(({ name }) => name)],
        rows: labels.map((label, index) => [label, ...series.map(({ values }) => formatNumber(values[index] ?? null))]),
      }}
    >
      <YAxis scale={up} />
      {series.map(({ name, values }, which) =>
        values.map((value, index) => (
          <rect
            key={`${which}/${index}`}
            className={`bar f${which}`}
            x={rounded(left(index) + (bars(which) ?? 0))}
            y={rounded(up(value))}
            width={rounded(bars.bandwidth())}
            height={rounded(PLOT.bottom - up(value))}
          >
            <title>{`${name} ${labels[index] ?? ''}: ${formatNumber(value)}`}</title>
          </rect>
        )),
      )}
      <NameAxis names={labels} at={(index) => left(index) + slots.bandwidth() / 2} every={labelStep(labels, slots.step())} />
    </ChartFrame>
  );
}

function largestOf({ name, values }: BarSeries, labels: readonly string[]): string {
  const largest = values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
  return `${name} ${formatNumber(values[largest] ?? null)} at ${labels[largest] ?? 'nothing'}`;
}
