import { bucketOfRank, rankOf } from '../../metrics/quantiles.js';

/** Buckets grow by 5 percent from 0.01 ms, so a quantile is off by at most that. */
const FIRST_MS = 0.01;
const GROWTH = Math.log(1.05);
const BUCKETS = 400;

/** Latencies in constant memory: counts in logarithmic buckets from 0.01 ms to an hour. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** @param ms - >= 0. */
  record(ms: number): void {
    const bucket = ms <= FIRST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FIRST_MS) / GROWTH));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** Upper edge, ms, of the bucket that holds the quantile `share` (0..1); at most 5 percent too high. Null when nothing was recorded. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    const bucket = bucketOfRank(this.#counts, Math.max(1, rankOf(this.#total, share))) ?? BUCKETS - 1;
    return FIRST_MS * Math.exp(bucket * GROWTH);
  }
}
