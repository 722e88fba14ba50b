import type { Buckets } from './value-buckets.js';

/**
 * Distribution of a numeric column: exact value counts while there are at most 2,048 distinct values, else counts in buckets of equal
 * relative width (see `Buckets`), the narrowest of which at most 2,048 are occupied. The share of rows below an edge of a bucket is exact,
 * so that a rank between two edges is wrong by less than the share of one bucket (`rankError`). `of: 'length'` profiles the length of a text.
 */
export type NumericProfile = {
  readonly type: 'numeric';
  readonly of: 'value' | 'length';
  /** Rows with a finite value. */
  readonly count: number;
  /** Rows with null, NaN or an infinity. */
  readonly nulls: number;
  /** Null when there is no value. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Sum of squared differences from the mean; population variance = m2 / count. */
  readonly m2: number | null;
  /** Null: `positions` are values. Else they are buckets of order keys, cut off by so many bits. */
  readonly bucketShift: number | null;
  /** Ascending. */
  readonly positions: readonly number[];
  readonly counts: readonly number[];
  /**
   * The nine deciles (inverse of the empirical distribution, ascending, equal ones once), exact. Absent while `positions` are values, which say
   * them, and in a merged profile, whose rows are not known any more.
   */
  readonly deciles?: RowsUpTo;
  /** The same at numbers that were asked for: the deciles of what these rows are compared with. */
  readonly cuts?: RowsUpTo;
};

/** How many rows are not above some numbers. */
export type RowsUpTo = { readonly at: readonly number[]; readonly rows: readonly number[] };

/** Parts that the deciles divide a column into. */
export const DECILE_PARTS = 10;

/** Largest share of rows, 0..1, whose order a profile does not know: 0 while it has the values themselves. */
export function rankError({ bucketShift, count, counts }: NumericProfile): number {
  return bucketShift === null || count === 0 ? 0 : counts.reduce((most, n) => Math.max(most, n), 0) / count;
}

export const bucketsOf = (profile: NumericProfile): Buckets => ({
  shift: profile.bucketShift,
  positions: profile.positions,
  counts: profile.counts,
});
