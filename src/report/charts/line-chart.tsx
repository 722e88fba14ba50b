import { line } from 'd3-shape';
import type { ReactElement } from 'react';
import { formatNumber } from '../html.js';
import { XAxis, YAxis } from './axes.js';
import { type ChartData, ChartFrame, type ChartText } from './chart-frame.js';
import { linearScale, PLOT, type Range, rounded, type Scale, thinned } from './scales.js';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Interval of `y`, drawn as a whisker. */
  readonly interval?: readonly [low: number, high: number];
}

export interface LineSeries {
  /** Absent: the chart's title says it all. */
  readonly name?: string;
  readonly points: readonly LinePoint[];
}

export interface LineChartProps extends ChartText {
  readonly series: readonly LineSeries[];
  readonly x: Range;
  readonly y: Range;
  /** Draws each point, as is right for few that were measured. */
  readonly dots?: boolean;
  /** Draws the line y = x. */
  readonly diagonal?: boolean;
  /** Values of y, drawn as dashed lines. */
  readonly limits?: readonly number[];
  /** Marks whole numbers of x only. */
  readonly wholeX?: boolean;
}

/** So many points of a series answer the pointer and are in the table of data. */
const TOLD = 24;

/** Curves over a plane. */
export function LineChart({ series, x, y, dots, diagonal, limits = [], wholeX, ...text }: LineChartProps): ReactElement {
  const across = linearScale(x, PLOT.left, PLOT.right);
  const up = linearScale(y, PLOT.bottom, PLOT.top);
  const path = (points: readonly LinePoint[]): string =>
    line<LinePoint>(
      (point) => across(point.x),
      (point) => up(point.y),
    ).digits(2)(points) ?? '';
  const names = series.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const ends = [Math.max(x.from, y.from), Math.min(x.to, y.to)].map((end) => ({ x: end, y: end }));
  return (
    <ChartFrame {...text} series={names} summary={summaryOf(series, text)} data={dataOf(series, text)}>
      <YAxis scale={up} />
      <XAxis scale={across} wholeOnly={wholeX ?? false} />
      {diagonal === true ? <path className="guide" d={path(ends)} /> : null}
      {limits.map((limit) => (
        <path key={limit} className="limit" d={`M${PLOT.left} ${rounded(up(limit))}H${PLOT.right}`}>
          <title>{`limit ${formatNumber(limit)}`}</title>
        </path>
      ))}
      {series.map(({ points }, index) => (
        <path key={index} className={`curve s${index}`} d={path(points)} />
      ))}
      {series.map(({ name, points }, index) => (
        <Points
          key={index}
          index={index}
          name={name}
          points={dots === true ? points : thinned(points, TOLD)}
          {...{ across, up }}
          dots={dots === true}
        />
      ))}
    </ChartFrame>
  );
}

interface PointsProps {
  readonly index: number;
  readonly name: string | undefined;
  readonly points: readonly LinePoint[];
  readonly across: Scale;
  readonly up: Scale;
  readonly dots: boolean;
}

function Points({ index, name, points, across, up, dots }: PointsProps): ReactElement {
  return (
    <>
      {points.map((point, at) => {
        const [cx, cy] = [rounded(across(point.x)), rounded(up(point.y))];
        const { interval } = point;
        return (
          <g key={at}>
            {interval === undefined ? null : (
              <path className={`whisker s${index}`} d={`M${cx} ${rounded(up(interval[0]))}V${rounded(up(interval[1]))}`} />
            )}
            <circle className={dots ? `f${index}` : `hit f${index}`} cx={cx} cy={cy} r={dots ? 3 : 5}>
              <title>{`${name === undefined ? '' : `${name}, `}${formatNumber(point.x)}: ${valueOf(point)}`}</title>
            </circle>
          </g>
        );
      })}
    </>
  );
}

const valueOf = ({ y, interval }: LinePoint): string =>
  interval === undefined ? formatNumber(y) : `${formatNumber(y)} [${interval.map(formatNumber).join(', ')}]`;

function summaryOf(series: readonly LineSeries[], { xLabel, yLabel }: ChartText): string {
  const each = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    const course =
      first === undefined || last === undefined ? 'no points' : `from ${formatNumber(first.y)} to ${formatNumber(last.y)}`;
    return name === undefined ? course : `${name} ${course}`;
  });
  return `${yLabel} over ${xLabel}: ${each.join('; ')}`;
}

function dataOf(series: readonly LineSeries[], { xLabel, yLabel }: ChartText): ChartData {
  const named = series.some(({ name }) => name !== undefined);
  return {
    header: [...(named ? ['series'] : []), xLabel, yLabel === xLabel ? `${yLabel} (y)` : yLabel],
    rows: series.flatMap(({ name, points }) =>
      thinned(points, TOLD).map((point) => [...(named ? [name ?? ''] : []), formatNumber(point.x), valueOf(point)]),
    ),
  };
}
