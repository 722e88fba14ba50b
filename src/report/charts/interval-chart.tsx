import { scaleBand } from 'd3-scale';
import type { ReactElement } from 'react';
import { formatNumber } from '../html.js';
import { XAxis } from './axes.js';
import { ChartFrame, type ChartText } from './chart-frame.js';
import { linearScale, PLOT, rangeOf, rounded } from './scales.js';

export interface Interval {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalChartProps extends ChartText {
  readonly intervals: readonly Interval[];
  /** A value to compare with, drawn as a dashed line. */
  readonly reference: number;
}

/** Values with their intervals, one below the other. */
export function IntervalChart({ intervals, reference, ...text }: IntervalChartProps): ReactElement {
  const across = linearScale(rangeOf([reference, ...intervals.flatMap(({ low, high }) => [low, high])]), PLOT.left, PLOT.right);
  const rows = scaleBand<number>().domain(intervals.keys()).range([PLOT.top, PLOT.bottom]);
  const told = ({ label, value, low, high }: Interval): string =>
    `${label}: ${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`;
  return (
    <ChartFrame
      {...text}
      series={[]}
      summary={intervals.map(told).join('; ')}
      data={{
        header: [text.yLabel, text.xLabel, 'low', 'high'],
        rows: intervals.map(({ label, ...numbers }) => [label, ...[numbers.value, numbers.low, numbers.high].map(formatNumber)]),
      }}
    >
      <path className="guide" d={`M${rounded(across(reference))} ${PLOT.top}V${PLOT.bottom}`} />
      <XAxis scale={across} />
      {intervals.map((interval, index) => {
        const middle = rounded((rows(index) ?? PLOT.top) + rows.bandwidth() / 2);
        return (
          <g key={interval.label}>
            <path className="whisker s0" d={`M${rounded(across(interval.low))} ${middle}H${rounded(across(interval.high))}`} />
            <circle className="f0" cx={rounded(across(interval.value))} cy={middle} r={4}>
              <title>{told(interval)}</title>
            </circle>
            <text x={rounded(across(interval.value))} y={rounded(middle - 9)} textAnchor="middle">
              {interval.label}
            </text>
          </g>
        );
      })}
    </ChartFrame>
  );
}
