import { CELLS } from './shared-training.js';

export interface HistogramTask {
  readonly histogram: Float64Array;
  readonly bins: Uint8Array;
  readonly features: number;
  /** The features to sum, ascending. */
  readonly active: Int32Array;
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly quantised: Float64Array;
}

/**
 * Adds the quantised gradients and hessians of the rows `order[from..to)` to the cells of their bins: cell `f * 256 + bin`, one float64
 * a cell with one lane, two (gradient, hessian) with two. All sums are exact integers.
 */
export function addToHistogram(task: HistogramTask, lanes: 1 | 2): void {
  const add = lanes === 2 ? addPairs : task.active.length === task.features ? addPackedAll : addPackedSome;
  const rows = task.bins.length / task.features;
  if ((task.to - task.from) * SPARSE >= rows) {
    add(task, task.from, task.to);
    return;
  }
  for (let from = task.from; from < task.to; from += TILE_ROWS) {
    const to = Math.min(from + TILE_ROWS, task.to);
    touch(task, lanes, from, to);
    add(task, from, to);
  }
}

/** A leaf with less than one row in five: its rows lie far apart in memory. */
const SPARSE = 5;
const TILE_ROWS = 32;

/**
 * Reads one value of every cache line that the next rows need. The reads do not wait for each other, so the memory serves them together;
 * measured, this halves the time of a sparse leaf.
 */
function touch({ bins, features, order, quantised }: HistogramTask, lanes: 1 | 2, from: number, to: number): number {
  let sum = 0;
  for (let position = from; position < to; position += 1) {
    const row = order[position] as number;
    const first = row * features;
    sum += (bins[first] as number) + (bins[first + features - 1] as number) + (quantised[row * lanes] as number);
  }
  return sum;
}

/** Sets the cells of the active features [from, to) of a histogram to 0. */
export function clearHistogram(histogram: Float64Array, active: Int32Array, lanes: 1 | 2): void {
  for (const feature of active) histogram.fill(0, feature * CELLS * lanes, (feature + 1) * CELLS * lanes);
}

function addPackedAll({ histogram, bins, features, order, quantised }: HistogramTask, from: number, to: number): void {
  const unrolled = features & ~3;
  for (let position = from; position < to; position += 1) {
    const row = order[position] as number;
    const value = quantised[row] as number;
    const first = row * features;
    let cell = 0;
    let feature = 0;
    for (; feature < unrolled; feature += 4, cell += 4 * CELLS) {
      const bin = first + feature;
      const a = cell + (bins[bin] as number);
      const b = cell + CELLS + (bins[bin + 1] as number);
      const c = cell + 2 * CELLS + (bins[bin + 2] as number);
      const d = cell + 3 * CELLS + (bins[bin + 3] as number);
      histogram[a] = (histogram[a] as number) + value;
      histogram[b] = (histogram[b] as number) + value;
      histogram[c] = (histogram[c] as number) + value;
      histogram[d] = (histogram[d] as number) + value;
    }
    for (; feature < features; feature += 1, cell += CELLS) {
      const a = cell + (bins[first + feature] as number);
      histogram[a] = (histogram[a] as number) + value;
    }
  }
}

function addPackedSome({ histogram, bins, features, active, order, quantised }: HistogramTask, from: number, to: number): void {
  const count = active.length;
  for (let position = from; position < to; position += 1) {
    const row = order[position] as number;
    const value = quantised[row] as number;
    const first = row * features;
    for (let i = 0; i < count; i += 1) {
      const feature = active[i] as number;
      const a = feature * CELLS + (bins[first + feature] as number);
      histogram[a] = (histogram[a] as number) + value;
    }
  }
}

function addPairs({ histogram, bins, features, active, order, quantised }: HistogramTask, from: number, to: number): void {
  const count = active.length;
  for (let position = from; position < to; position += 1) {
    const row = order[position] as number;
    const gradient = quantised[2 * row] as number;
    const hessian = quantised[2 * row + 1] as number;
    const first = row * features;
    for (let i = 0; i < count; i += 1) {
      const feature = active[i] as number;
      const a = 2 * (feature * CELLS + (bins[first + feature] as number));
      histogram[a] = (histogram[a] as number) + gradient;
      histogram[a + 1] = (histogram[a + 1] as number) + hessian;
    }
  }
}
