import type { Logger } from 'pino';
import type { ReplicaStatus } from '../../contracts/model.js';

/** Longest time between two reports, ms; a rollout takes a replica for gone after several of these. */
const LONGEST_SILENCE_MS = 2_000;
/** Bounds, ms, of how often the counters are looked at: a folder is written to more lightly than S3. */
const LOOK_MS = { least: 100, most: 500 };
/** A report follows at least every so many looks. */
const SILENT_LOOKS = 4;
/** A store that is looked at no more often than this, ms, bills its requests: see `SPARING`. */
const REMOTE_MS = 1_000;
/** Times, in looks at the configuration, between two reports to such a store while one version has all traffic: when only counts changed, and when nothing did. */
const SPARING = { counting: 5, resting: 15 };

/**
 * Writes this replica's status to the store, one write at a time. While a roll-out is under way, and always to a folder: at every change and at
 * least every two seconds. Else, to a store that bills requests: at once when what is served changes, every ten seconds while
 * requests are counted, and every half minute at rest; the status then says how long it may stand.
 */
export class ReplicaReporter {
  readonly #status: () => ReplicaStatus;
  readonly #write: (status: ReplicaStatus) => Promise<unknown>;
  readonly #lookMs: number;
  readonly #refreshMs: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #again = false;
  #last = '';
  #lastServed = '';
  #lastAt = -Infinity;

  /** @param refreshMs - how often the store is looked at, which is what it can bear. */
  constructor(status: () => ReplicaStatus, write: (status: ReplicaStatus) => Promise<unknown>, refreshMs: number, log: Logger) {
    this.#refreshMs = refreshMs;
    this.#status = () => this.#promised(status());
    this.#write = write;
    this.#lookMs = Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, refreshMs));
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const status = this.#status();
      const silentMs = performance.now() - this.#lastAt;
      const counted = JSON.stringify({ ...status, seenAt: '' }) !== this.#last;
      const due = this.#isSparing(status)
        ? servedBy(status) !== this.#lastServed || silentMs >= (counted ? SPARING.counting : SPARING.resting) * this.#refreshMs
        : counted || silentMs >= Math.min(SILENT_LOOKS * this.#lookMs, LONGEST_SILENCE_MS - this.#lookMs);
      if (due) void this.report();
    }, this.#lookMs);
    this.#timer.unref();
  }

  #isSparing({ variants }: ReplicaStatus): boolean {
    return this.#refreshMs >= REMOTE_MS && variants.length <= 1;
  }

  #promised(status: ReplicaStatus): ReplicaStatus {
    return this.#isSparing(status) ? { ...status, quietMs: SPARING.resting * this.#refreshMs } : status;
  }

  /** Resolves when a status not older than this call is in the store, or could not be written (which is logged). */
  report(): Promise<void> {
    this.#again = true;
    this.#writing ??= this.#writeUntilCurrent().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeUntilCurrent(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const status = this.#status();
      this.#last = JSON.stringify({ ...status, seenAt: '' });
      this.#lastServed = servedBy(status);
      this.#lastAt = performance.now();
      try {
        await this.#write(status);
      } catch (error) {
        this.#log.warn({ err: error }, 'replica status not written');
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#writing;
  }
}

/** What a replica serves, without what it counted. */
function servedBy({ revision, variants }: ReplicaStatus): string {
  return JSON.stringify([revision, variants.map(({ version, variant, state, error }) => [version, variant, state, error])]);
}
