/** Most distinct values, or occupied bins, that a numeric profile keeps. */
export const MAX_BINS = 2048;

/** Sorted positions with how many rows fell on each. A position is a value (`exponent` null) or the index k of [k, k + 1) * 2^exponent. */
export interface Binned {
  readonly exponent: number | null;
  readonly positions: readonly number[];
  readonly counts: readonly number[];
}

/** Exponent of the smallest number there is: no grid is finer. */
const FINEST = -1074;

/** Largest position, so that all stay finite on any grid that is chosen. */
const MAX_POSITION = 2 ** 1000;

/**
 * Left edge's index of the bin that holds `value`. Dividing by a power of two is exact but for what becomes too small and rounds to
 * zero: below zero that still belongs to bin -1.
 */
const binOf = (value: number, exponent: number): number => {
  const bin = Math.floor(value / 2 ** exponent);
  return value < 0 ? Math.min(bin, -1) : bin + 0;
};

/** `binOf` in SQL, of the column or expression `value`. */
export const binOfSql = (value: string, exponent: number): string => {
  const bin = `floor(${value} / ${(2 ** exponent).toExponential()}::DOUBLE)`;
  return `CASE WHEN ${value} < 0 THEN least(${bin}, -1.0) ELSE ${bin} + 0.0 END`;
};

/** Finest grid on which no position is beyond `MAX_POSITION`; the same for a value and for any bin that holds it. */
function finestFor(outermost: number, own: number): number {
  let steps = Math.max(Math.floor(Math.log2(Math.abs(outermost))) - 1001, FINEST);
  while (Math.abs(binOf(outermost, steps)) > MAX_POSITION) steps += 1;
  return Math.max(own + steps, FINEST);
}

/**
 * The smallest exponent whose grid has at most `MAX_BINS` occupied bins, found by asking: yields an exponent, is sent back how many
 * bins are occupied there. Occupied bins never grow with the exponent, so the answer depends on the set of values alone, and a
 * merge of parts finds what the whole would.
 */
export function* searchExponent(min: number, max: number): Generator<number, number, number> {
  const lowest = Math.max(finestFor(min, 0), finestFor(max, 0));
  let fits = Math.ceil(Math.log2((max / 2 - min / 2) / MAX_BINS)) + 2;
  let tooFine = lowest - 1;
  for (let stride = 1; fits - stride >= lowest; stride *= 2) {
    const candidate = fits - stride;
    if ((yield candidate) > MAX_BINS) {
      tooFine = candidate;
      break;
    }
    fits = candidate;
  }
  while (fits - tooFine > 1) {
    const middle = Math.floor((fits + tooFine) / 2);
    if ((yield middle) > MAX_BINS) tooFine = middle;
    else fits = middle;
  }
  return fits;
}

/** The same rows on the grid of `exponent`, which is not finer than the one they are on. */
export function rebin(binned: Binned, exponent: number): Binned {
  const { exponent: own } = binned;
  if (own === exponent) return binned;
  const target = (position: number): number => binOf(position, exponent - (own ?? 0));
  return { exponent, ...collapse(binned.positions.map(target), binned.counts) };
}

/** Both on the finest grid that both can be put on: values stay values when both sides have them. */
export function alignBins(left: Binned, right: Binned): readonly [Binned, Binned] {
  if (left.exponent === null && right.exponent === null) return [left, right];
  const finest = ({ exponent, positions }: Binned): number[] =>
    [positions[0], positions.at(-1)].map((position) => finestFor(position ?? 0, exponent ?? 0));
  const exponent = Math.max(left.exponent ?? FINEST, right.exponent ?? FINEST, ...finest(left), ...finest(right));
  return [rebin(left, exponent), rebin(right, exponent)];
}

/** Rows of both, on the grid that the profile of all their rows would have. */
export function mergeBins(left: Binned, right: Binned): Binned {
  const [a, b] = alignBins(left, right);
  const order = [...a.positions, ...b.positions]
    .map((position, index) => ({ position, index }))
    .sort((x, y) => x.position - y.position);
  const counts = [...a.counts, ...b.counts];
  const merged: Binned = {
    exponent: a.exponent,
    ...collapse(
      order.map(({ position }) => position),
      order.map(({ index }) => counts[index] ?? 0),
    ),
  };
  return merged.positions.length <= MAX_BINS ? merged : coarsen(merged);
}

/** Ascending finite values as counts, on the grid that a profile of them has. */
export function binSorted(sorted: Float64Array): Binned {
  const positions = Array.from(sorted, (value) => value + 0);
  const exact: Binned = { exponent: null, ...collapse(positions, new Array<number>(positions.length).fill(1)) };
  return exact.positions.length <= MAX_BINS ? exact : coarsen(exact);
}

/** Middle of each bin, or the value itself. */
export function binCentres(binned: Binned): Float64Array {
  const { exponent, positions } = binned;
  if (exponent === null) return Float64Array.from(positions);
  return Float64Array.from(positions, (position) => (position + 0.5) * 2 ** exponent);
}

function coarsen(binned: Binned): Binned {
  const { exponent, positions } = binned;
  if (exponent !== null) {
    let next = binned;
    for (let e = exponent + 1; next.positions.length > MAX_BINS; e += 1) next = rebin(binned, e);
    return next;
  }
  const search = searchExponent(positions[0] ?? 0, positions.at(-1) ?? 0);
  let step = search.next();
  while (step.done !== true) step = search.next(rebin(binned, step.value).positions.length);
  return rebin(binned, step.value);
}

/** Sums the counts of equal neighbours. */
function collapse(sorted: readonly number[], counts: readonly number[]): { positions: number[]; counts: number[] } {
  const positions: number[] = [];
  const sums: number[] = [];
  sorted.forEach((position, index) => {
    const last = positions.length - 1;
    if (last >= 0 && positions[last] === position) sums[last] = (sums[last] ?? 0) + (counts[index] ?? 0);
    else {
      positions.push(position);
      sums.push(counts[index] ?? 0);
    }
  });
  return { positions, counts: sums };
}
