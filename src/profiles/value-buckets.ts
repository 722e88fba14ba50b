/** Most distinct values, or occupied buckets, that a numeric profile keeps. */
export const MAX_BUCKETS = 2048;

/**
 * Sorted positions with how many rows fell on each. A position is a value (`shift` null) or a bucket: the numbers whose order key, see
 * `orderKey`, is in [position, position + 1) * 2^shift. All buckets that there can be are fixed by the format of a double: near a number
 * they are as wide as its share 2^(shift - 52), so that heavy tails are told apart as well as the middle.
 */
export interface Buckets {
  readonly shift: number | null;
  readonly positions: readonly number[];
  readonly counts: readonly number[];
}

/** Finest buckets whose positions are exact integers: a relative width of 2^-42. */
const FINEST = 10;
/** One bucket for each sign. */
const COARSEST = 63;

const cell = new DataView(new ArrayBuffer(8));

/** The bits of a double as an integer that grows with it: those of the number from zero on, below it -1 less those of its size. */
function orderKey(value: number): bigint {
  cell.setFloat64(0, Math.abs(value));
  const bits = cell.getBigInt64(0);
  return value < 0 ? -1n - bits : bits;
}

/** `orderKey` in SQL, of a column or expression of finite DOUBLEs without negative zero. */
export function orderKeySql(value: string): string {
  return `CASE WHEN ${value} < 0 THEN -1 - abs(${value})::BIT::BIGINT ELSE ${value}::BIT::BIGINT END`;
}

/** Position of the bucket of an order key, in SQL. */
export function positionSql(key: string, shift: number): string {
  return `CASE WHEN ${key} < 0 THEN -1 - ((-1 - ${key}) >> ${String(shift)}) ELSE ${key} >> ${String(shift)} END`;
}

/**
 * The smallest shift that leaves at most `MAX_BUCKETS` buckets occupied. Occupied buckets never grow with the shift, so the answer
 * depends on the set of values alone, and a merge of parts finds what the whole would, in any order.
 */
export async function smallestShift(occupied: (shift: number) => number | Promise<number>): Promise<number> {
  let fits = COARSEST;
  let tooFine = FINEST - 1;
  while (fits - tooFine > 1) {
    const middle = Math.floor((fits + tooFine) / 2);
    if ((await occupied(middle)) > MAX_BUCKETS) tooFine = middle;
    else fits = middle;
  }
  return fits;
}

/** The same rows in buckets of `shift`, which are not finer than those that they are in. */
export function rebucket(buckets: Buckets, shift: number): Buckets {
  const { shift: own, positions, counts } = buckets;
  if (own === shift) return buckets;
  const [bits, width] = [BigInt(shift), 2 ** (shift - (own ?? 0))];
  const target = (position: number): number => (own === null ? Number(orderKey(position) >> bits) : Math.floor(position / width));
  return { shift, ...collapse(Float64Array.from(positions, target), counts) };
}

/** Both in the finest buckets that both can be put in: values stay values when both sides have them. */
export function alignBuckets(left: Buckets, right: Buckets): readonly [Buckets, Buckets] {
  if (left.shift === null && right.shift === null) return [left, right];
  const shift = Math.max(left.shift ?? FINEST, right.shift ?? FINEST);
  return [rebucket(left, shift), rebucket(right, shift)];
}

/** Rows of both, in the buckets that the profile of all their rows would have. */
export function mergeBuckets(left: Buckets, right: Buckets): Buckets {
  const [a, b] = alignBuckets(left, right);
  const order = [...a.positions, ...b.positions]
    .map((position, index) => ({ position, index }))
    .sort((x, y) => x.position - y.position);
  const counts = [...a.counts, ...b.counts];
  return coarsen({
    shift: a.shift,
    ...collapse(
      order.map(({ position }) => position),
      order.map(({ index }) => counts[index] ?? 0),
    ),
  });
}

/** Ascending finite values as counts, in the buckets that a profile of them has. */
export function bucketSorted(sorted: Float64Array): Buckets {
  const positions = Array.from(sorted, (value) => value + 0);
  return coarsen({ shift: null, ...collapse(positions, new Array<number>(positions.length).fill(1)) });
}

/** Middle of each bucket, or the value itself. Always finite. */
export function bucketCentres({ shift, positions }: Buckets): Float64Array {
  if (shift === null) return Float64Array.from(positions);
  return Float64Array.from(positions, (position) => {
    const low = numberAt(position, shift);
    return low + (numberAt(position + 1, shift) - low) / 2;
  });
}

/** The number at the lower edge of a bucket; the largest there is for what lies beyond. */
function numberAt(position: number, shift: number): number {
  const key = BigInt(position) << BigInt(shift);
  const bits = key < 0n ? -key : key;
  cell.setBigInt64(0, bits < LARGEST ? bits : LARGEST);
  const size = cell.getFloat64(0);
  return key < 0n ? -size : size;
}

const LARGEST = orderKey(Number.MAX_VALUE);

/** In buckets of the smallest shift that leaves few enough, as `smallestShift` finds it. */
function coarsen(buckets: Buckets): Buckets {
  if (buckets.positions.length <= MAX_BUCKETS) return buckets;
  let tooFine = buckets.shift ?? FINEST;
  const finest = rebucket(buckets, tooFine);
  if (finest.positions.length <= MAX_BUCKETS) return finest;
  const start = tooFine;
  let fits = COARSEST;
  while (fits - tooFine > 1) {
    const middle = Math.floor((fits + tooFine) / 2);
    if (isOverfull(finest.positions, 2 ** (middle - start))) tooFine = middle;
    else fits = middle;
  }
  return rebucket(finest, fits);
}

/** True when the ascending positions fall into more than `MAX_BUCKETS` buckets of `width` positions. */
function isOverfull(positions: readonly number[], width: number): boolean {
  let occupied = 0;
  let last = NaN;
  for (const position of positions) {
    const bucket = Math.floor(position / width);
    if (bucket === last) continue;
    last = bucket;
    occupied += 1;
    if (occupied > MAX_BUCKETS) return true;
  }
  return false;
}

/** Sums the counts of equal neighbours. */
function collapse(sorted: ArrayLike<number>, counts: readonly number[]): { positions: number[]; counts: number[] } {
  const positions: number[] = [];
  const sums: number[] = [];
  for (let index = 0; index < sorted.length; index += 1) {
    const position = sorted[index] as number;
    const count = counts[index] ?? 0;
    const last = positions.length - 1;
    if (last >= 0 && positions[last] === position) sums[last] = (sums[last] as number) + count;
    else {
      positions.push(position);
      sums.push(count);
    }
  }
  return { positions, counts: sums };
}
