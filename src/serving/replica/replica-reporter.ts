import type { Logger } from 'pino';
import type { ReplicaStatus } from '../../contracts/model.js';

/** Longest time between two reports, ms; a rollout takes a replica for gone after several of these. */
const LONGEST_SILENCE_MS = 2_000;
/** Bounds, ms, of how often the counters are looked at: a folder is written to more lightly than S3. */
const LOOK_MS = { least: 100, most: 500 };
/** A report follows at least every so many looks. */
const SILENT_LOOKS = 4;

/** Writes this replica's status to the store at every change and at least every two seconds, one write at a time. */
export class ReplicaReporter {
  readonly #status: () => ReplicaStatus;
  readonly #write: (status: ReplicaStatus) => Promise<unknown>;
  readonly #lookMs: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #again = false;
  #last = '';
  #lastAt = -Infinity;

  /** @param refreshMs - how often the store is looked at, which is what it can bear. */
  constructor(status: () => ReplicaStatus, write: (status: ReplicaStatus) => Promise<unknown>, refreshMs: number, log: Logger) {
    this.#status = status;
    this.#write = write;
    this.#lookMs = Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, refreshMs));
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const changed = JSON.stringify({ ...this.#status(), seenAt: '' }) !== this.#last;
      const silence = Math.min(SILENT_LOOKS * this.#lookMs, LONGEST_SILENCE_MS - this.#lookMs);
      if (changed || performance.now() - this.#lastAt >= silence) void this.report();
    }, this.#lookMs);
    this.#timer.unref();
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
