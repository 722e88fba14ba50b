import { escapeHtml, formatNumber } from './html.js';

const WIDTH = 400;
const HEIGHT = 260;
/** Rough width of a letter of the labels. */
const LETTER = 6;
const PLOT = { left: 50, right: 392, top: 8, bottom: 222 } as const;

export interface Range {
  readonly from: number;
  readonly to: number;
}
export interface Frame {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Names of the first and second series, for the key. */
  readonly series: readonly string[];
}
export interface Curve {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dots?: boolean;
}

/** Curves over a plane, as a figure with an inline SVG. `diagonal` draws the line y = x; `limits` draws horizontal lines;
 * `wholeX` marks whole numbers only. */
export function linePlot(
  frame: Frame,
  curves: readonly Curve[],
  options: {
    readonly x: Range;
    readonly y: Range;
    readonly diagonal?: boolean;
    readonly limits?: readonly number[];
    readonly wholeX?: boolean;
  },
): string {
  const x = scale(options.x, PLOT.left, PLOT.right);
  const y = scale(options.y, PLOT.bottom, PLOT.top);
  const path = (points: Curve['points']): string =>
    points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join('');
  const diagonal: Curve['points'] = [
    [Math.max(options.x.from, options.y.from), Math.max(options.x.from, options.y.from)],
    [Math.min(options.x.to, options.y.to), Math.min(options.x.to, options.y.to)],
  ];
  const marks = curves.map(({ points, dots }, index) => {
    const circles = points.map(([px, py]) => `<circle class="f${index}" cx="${x(px)}" cy="${y(py)}" r="3"/>`).join('');
    return `<path class="curve s${index}" d="${path(points)}"/>${dots === true ? circles : ''}`;
  });
  const limits = (options.limits ?? []).map((limit) => `<path class="limit" d="M${PLOT.left} ${y(limit)}H${PLOT.right}"/>`);
  const guide = options.diagonal === true ? `<path class="guide" d="${path(diagonal)}"/>` : '';
  return figure(
    frame,
    `${axes(frame, ticks(options.x, options.wholeX === true ? 1 : 0), ticks(options.y), x, y)}${guide}${limits.join('')}${marks.join('')}`,
  );
}

/** Bars side by side for one or two series of shares; labels are thinned when there are many. */
export function barPlot(frame: Frame, labels: readonly string[], series: readonly (readonly number[])[]): string {
  const top = Math.max(...series.flat(), 1e-9);
  const range = { from: 0, to: top * 1.05 };
  const y = scale(range, PLOT.bottom, PLOT.top);
  const slot = (PLOT.right - PLOT.left) / Math.max(labels.length, 1);
  const bar = (slot * 0.84) / Math.max(series.length, 1);
  const bars = series.flatMap((values, which) =>
    values.map((value, index) => {
      const left = PLOT.left + index * slot + slot * 0.08 + which * bar;
      const title = `${frame.series[which] ?? ''} ${labels[index] ?? ''}: ${formatNumber(value)}`;
      const place = `x="${round(left)}" y="${y(value)}" width="${round(bar)}" height="${round(PLOT.bottom - y(value))}"`;
      return `<rect class="f${which}" fill-opacity=".85" ${place}><title>${escapeHtml(title)}</title></rect>`;
    }),
  );
  const widest = Math.max(...labels.map((label) => shorten(label).length), 1);
  const every = Math.ceil(((widest + 1) * LETTER) / slot);
  const names = labels.map((label, index) =>
    index % every === 0
      ? `<text x="${round(PLOT.left + (index + 0.5) * slot)}" y="${PLOT.bottom + 15}" text-anchor="middle">${escapeHtml(shorten(label))}</text>`
      : '',
  );
  return figure(frame, `${axes(frame, [], ticks(range), () => 0, y)}${bars.join('')}${names.join('')}`);
}

function axes(
  frame: Frame,
  xTicks: readonly number[],
  yTicks: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const across = yTicks.map(
    (tick) =>
      `<path class="axis" d="M${PLOT.left} ${y(tick)}H${PLOT.right}"/><text x="${PLOT.left - 6}" y="${y(tick) + 4}" text-anchor="end">${formatNumber(tick)}</text>`,
  );
  const down = xTicks.map(
    (tick) => `<text x="${x(tick)}" y="${PLOT.bottom + 15}" text-anchor="middle">${formatNumber(tick)}</text>`,
  );
  const middle = (PLOT.top + PLOT.bottom) / 2;
  const names =
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(frame.xLabel)}</text>` +
    `<text x="11" y="${middle}" text-anchor="middle" transform="rotate(-90 11 ${middle})">${escapeHtml(frame.yLabel)}</text>`;
  return across.join('') + down.join('') + names;
}

function figure(frame: Frame, content: string): string {
  const key = frame.series.map((name, index) => `<i class="k${index}"></i>${escapeHtml(name)}`).join('');
  return `<figure><figcaption>${escapeHtml(frame.title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(frame.title)}">${content}</svg><div class="key">${key}</div></figure>`;
}

/** A range that holds all values, with a little room; never of zero width. */
export function rangeOf(values: readonly number[], room = 0.08): Range {
  if (values.length === 0) return { from: 0, to: 1 };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = high > low ? (high - low) * room : Math.max(Math.abs(high) * room, 1e-6);
  return { from: low - pad, to: high + pad };
}

function scale(range: Range, from: number, to: number): (value: number) => number {
  const width = range.to - range.from || 1;
  return (value) => round(from + ((Math.min(Math.max(value, range.from), range.to) - range.from) / width) * (to - from));
}

function ticks({ from, to }: Range, least = 0): number[] {
  const rough = Math.max((to - from) / 5, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => Number(((first + index) * step).toPrecision(10)));
}

const round = (value: number): number => Math.round(value * 100) / 100;
const shorten = (label: string): string => (label.length > 11 ? `${label.slice(0, 10)}…` : label);
