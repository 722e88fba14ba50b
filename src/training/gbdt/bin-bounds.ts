import { samplePositions } from '../sample-positions.js';

const SAMPLE_ROWS = 200_000;
/** The same rows whatever the seed of the training: trials of a tuning have one set of bins. */
const SAMPLE_SEED = 1;
const MIN_ROWS_IN_BIN = 3;

/**
 * Upper bounds (inclusive, ascending, float32) that cut a column into at most `maxBins` bins of about equal size; the last bin has no
 * bound. Up to 200,000 rows are looked at, drawn by hash. Missing values (NaN) are left out: they have a bin of their own.
 * Values that occur as often as a whole bin holds get their own bin. Deterministic.
 * Primary source: Ke et al., LightGBM (NIPS 2017), `GreedyFindBin` in bin.cpp of LightGBM 4.
 * @param column - float32 values, length n.
 */
export function findBinBounds(column: Float32Array, maxBins: number): Float32Array {
  const { values, counts } = distinctValues(sample(column));
  const bounds = values.length <= maxBins ? boundsOfFew(values, counts) : boundsOfMany(values, counts, maxBins);
  return Float32Array.from(bounds);
}

const BUCKETS = 1_024;

/** Finds bins: `guide[bucket]` counts the bounds in lower buckets, so that few bounds are left to compare. Buckets are equally wide. */
export interface BinFinder {
  readonly bounds: Float32Array;
  readonly guide: Int32Array;
  readonly low: number;
  readonly perBucket: number;
}

export function createBinFinder(bounds: Float32Array): BinFinder {
  const copy = Float32Array.from(bounds);
  const low = copy[0] ?? 0;
  const width = (copy.at(-1) ?? 0) - low;
  const perBucket = width > 0 && Number.isFinite(width) ? BUCKETS / width : 0;
  const guide = new Int32Array(BUCKETS + 1);
  for (const bound of copy) {
    const bucket = bucketOf(bound, low, perBucket) + 1;
    guide[bucket] = (guide[bucket] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= BUCKETS; bucket += 1) guide[bucket] = (guide[bucket] ?? 0) + (guide[bucket - 1] ?? 0);
  return { bounds: copy, guide, low, perBucket };
}

/** Bin of a value: the first whose bound is not below it. `bounds.length + 1` is the bin of missing values. */
export function binOf({ bounds, guide, low, perBucket }: BinFinder, value: number): number {
  if (value !== value) return bounds.length + 1;
  const bucket = bucketOf(value, low, perBucket);
  let first = guide[bucket] as number;
  let end = guide[bucket + 1] as number;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if (value <= (bounds[middle] as number)) end = middle;
    else first = middle + 1;
  }
  return first;
}

/** Grows with the value, so that a bound of a lower bucket is a lower bound. */
function bucketOf(value: number, low: number, perBucket: number): number {
  if (perBucket === 0 || value <= low) return 0;
  const bucket = (value - low) * perBucket;
  return bucket < BUCKETS ? bucket | 0 : BUCKETS - 1;
}

function sample(column: Float32Array): Float32Array {
  const positions = samplePositions(column.length, SAMPLE_ROWS, SAMPLE_SEED);
  return Float32Array.from(positions, (position) => column[position] ?? 0).sort();
}

/** Typed arrays sort NaN to the end. */
function distinctValues(sorted: Float32Array): { readonly values: number[]; readonly counts: number[] } {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (Number.isNaN(value)) break;
    const last = values.length - 1;
    if (last >= 0 && values[last] === value) counts[last] = (counts[last] ?? 0) + 1;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values, counts };
}

function boundsOfFew(values: readonly number[], counts: readonly number[]): number[] {
  const bounds: number[] = [];
  let inBin = 0;
  for (let i = 0; i + 1 < values.length; i += 1) {
    inBin += counts[i] ?? 0;
    if (inBin < MIN_ROWS_IN_BIN) continue;
    bounds.push(between(values, i));
    inBin = 0;
  }
  return bounds;
}

function boundsOfMany(values: readonly number[], counts: readonly number[], maxBins: number): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const large = counts.map((count) => count >= rows / maxBins);
  let restBins = maxBins - large.filter(Boolean).length;
  let restRows = counts.reduce((sum, count, i) => sum + (large[i] === true ? 0 : count), 0);
  let binSize = restRows / Math.max(restBins, 1);
  const bounds: number[] = [];
  let inBin = 0;
  for (let i = 0; i + 1 < values.length && bounds.length < maxBins - 1; i += 1) {
    const count = counts[i] ?? 0;
    if (large[i] !== true) restRows -= count;
    inBin += count;
    const closes = large[i] === true || inBin >= binSize || (large[i + 1] === true && inBin >= Math.max(1, binSize / 2));
    if (!closes) continue;
    bounds.push(between(values, i));
    inBin = 0;
    if (large[i] === true) continue;
    restBins -= 1;
    binSize = restRows / Math.max(restBins, 1);
  }
  return bounds;
}

/** A float32 bound with values[i] <= bound < values[i + 1], near the middle. */
function between(values: readonly number[], i: number): number {
  const low = values[i] ?? 0;
  const high = values[i + 1] ?? 0;
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= low && middle < high ? middle : low;
}
