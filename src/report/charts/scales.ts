import { scaleLinear, type ScaleLinear } from 'd3-scale';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Size of every chart in units of its drawing, which the page stretches, and the rectangle of its data. */
export const SIZE = { width: 400, height: 260 } as const;
export const PLOT = { left: 50, right: 392, top: 8, bottom: 222 } as const;
const TICKS = 5;
/** Rough width of a letter of the labels. */
const LETTER = 6;
const LONGEST_LABEL = 11;

export type Scale = ScaleLinear<number, number>;

/** Values outside of the range are drawn at its ends. */
export function linearScale(range: Range, from: number, to: number): Scale {
  const width = range.to - range.from;
  return scaleLinear()
    .domain([range.from, width === 0 ? range.from + 1 : range.to])
    .range([from, to])
    .clamp(true);
}

/** About five round numbers within the scale. */
export function ticksOf(scale: Scale, wholeOnly = false): number[] {
  const ticks = scale.ticks(TICKS);
  return wholeOnly ? ticks.filter((tick) => Number.isInteger(tick)) : ticks;
}

/** A range that holds all values, with a little room; never of zero width. */
export function rangeOf(values: readonly number[], room = 0.08): Range {
  if (values.length === 0) return { from: 0, to: 1 };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = high > low ? (high - low) * room : Math.max(Math.abs(high) * room, 1e-6);
  return { from: low - pad, to: high + pad };
}

/** Two decimals: finer than any screen, and the same text on every machine. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

export const shortened = (label: string): string =>
  label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;

/** Every how many labels one is drawn, so that none lies over the next. */
export function labelStep(labels: readonly string[], slot: number): number {
  const widest = Math.max(...labels.map((label) => shortened(label).length), 1);
  return Math.max(1, Math.ceil(((widest + 1) * LETTER) / slot));
}

/** At most `most` of them, evenly, with the first and the last. */
export function thinned<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)] as Item);
}
