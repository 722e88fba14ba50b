import { describe, expect, it } from '@jest/globals';
import { barChart, intervalChart, lineChart } from '../../../src/report/charts/render-chart.js';
import { linearScale, rangeOf, thinned, ticksOf } from '../../../src/report/charts/scales.js';
import { renderPage } from '../../../src/report/page.js';
import { sha256Hex } from '../../../src/store/hash.js';

const text = { title: 'A & B', xLabel: 'score', yLabel: 'share' };
const UNIT = { from: 0, to: 1 };
const points = Array.from({ length: 101 }, (_, n) => ({ x: n / 100, y: (n / 100) ** 2 }));
const line = lineChart({
  ...text,
  series: [
    { name: 'own', points },
    { name: '<other>', points: [{ x: 0.5, y: 0.5, interval: [0.4, 0.7] }] },
  ],
  x: UNIT,
  y: UNIT,
  diagonal: true,
  limits: [0.25],
});
const bars = barChart({
  ...text,
  labels: Array.from({ length: 30 }, (_, n) => `category ${n}`),
  series: [{ name: 'own', values: Array.from({ length: 30 }, (_, n) => n) }],
});
const intervals = intervalChart({
  ...text,
  intervals: [{ label: 'roc_auc', value: 0.01, low: -0.02, high: 0.04 }],
  reference: 0,
});
const page = renderPage({
  title: 'Report',
  subtitle: '',
  verdict: { tone: 'good', headline: 'fine', lines: [] },
  sections: [{ title: 'Charts', body: line + bars + intervals }],
});

/** What is drawn: in the unit square of the data, left to right and bottom to top. */
const circles = (html: string): { x: number; y: number }[] =>
  [...html.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => ({
    x: (Number(x) - 50) / (392 - 50),
    y: (222 - Number(y)) / (222 - 8),
  }));

describe('charts', () => {
  it('are the same bytes for the same properties, on every machine', () => {
    expect(lineChart({ ...text, series: [{ name: 'own', points }], x: UNIT, y: UNIT })).toBe(
      lineChart({ ...text, series: [{ name: 'own', points }], x: UNIT, y: UNIT }),
    );
    expect(sha256Hex(intervals)).toMatchInlineSnapshot(`"6253e122bc39e76841f9b8e8c058b409af741435fa214c79dd097d57ed1a9349"`);
  });

  it('draw values where they belong, and intervals around them', () => {
    const drawn = circles(lineChart({ ...text, series: [{ points: [{ x: 0.25, y: 0.75 }] }], x: UNIT, y: UNIT, dots: true }));
    expect(drawn).toHaveLength(1);
    expect(drawn[0]?.x).toBeCloseTo(0.25, 3);
    expect(drawn[0]?.y).toBeCloseTo(0.75, 3);
    const [, x, low, high] = /class="whisker s1" d="M([\d.]+) ([\d.]+)V([\d.]+)"/.exec(line) ?? [];
    expect([Number(x), Number(low), Number(high)]).toEqual(
      [221, 222 - 0.4 * 214, 222 - 0.7 * 214].map((at) => expect.closeTo(at, 1)),
    );
    const heights = [...bars.matchAll(/height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights[29]).toBeCloseTo(214 / 1.05, 1);
    expect(heights[15]).toBeCloseTo(((214 / 1.05) * 15) / 29, 1);
    expect(heights[0]).toBe(0);
  });

  it('say in words and in a table what they draw', () => {
    expect(line).toContain('aria-label="A &amp; B. share over score: own from 0 to 1; &lt;other&gt; from 0.5 to 0.5"');
    expect(line).toContain('<td>&lt;other&gt;</td><td>0.5</td><td>0.5 [0.4, 0.7]</td>');
    expect(bars).toContain('largest: own 29 at category 29');
    expect(intervals).toContain('<td>roc_auc</td><td>0.01</td><td>-0.02</td><td>0.04</td>');
    for (const html of [line, bars, intervals]) expect(html).toMatch(/<title>[^<]+<\/title>/);
    expect(line.match(/<tr>/g)?.length).toBeLessThan(30);
  });

  it('draw only as many names as have room', () => {
    expect(bars.match(/category \d+<\/text>|category…<\/text>/g)?.length).toBeLessThan(8);
  });

  it('need neither script nor style of their own, and the page forbids both', () => {
    expect(page).not.toMatch(/<script|\sstyle=|javascript:|\son[a-z]+=/);
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
    expect(page).toContain(`style-src 'sha256-${Buffer.from(sha256Hex(style), 'hex').toString('base64')}'`);
    expect(page).toContain("default-src 'none'");
  });
});

describe('scales', () => {
  it('have round ticks within their range, whole ones on demand', () => {
    expect(ticksOf(linearScale({ from: -0.07, to: 1.07 }, 0, 100))).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(linearScale({ from: -2, to: 0 }, 0, 100), true)).toEqual([-2, -1, 0]);
  });

  it('draw what lies outside of the range at its end', () => {
    expect(linearScale(UNIT, 0, 100)(3)).toBe(100);
  });

  it('have a range of some width for any values', () => {
    expect(rangeOf([])).toEqual({ from: 0, to: 1 });
    for (const values of [[0], [5, 5], [-1, 1]]) {
      const { from, to } = rangeOf(values);
      expect(to).toBeGreaterThan(Math.max(...values));
      expect(from).toBeLessThan(Math.min(...values));
    }
  });

  it('thin evenly and keep both ends', () => {
    expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(thinned(points, 3).map(({ x }) => x)).toEqual([0, 0.5, 1]);
  });
});
