import type { Logger } from 'pino';
import type { ReplicaStatus } from '../contracts/model.js';

/** Longest time between two reports, ms; a rollout takes a replica for gone after several of these. */
const LONGEST_SILENCE_MS = 2_000;
/** How often counters are looked at, ms. */
const LOOK_MS = 500;

/** Writes this replica's status to the store at every change and at least every two seconds, one write at a time. */
export class ReplicaReporter {
  readonly #status: () => ReplicaStatus;
  readonly #write: (status: ReplicaStatus) => Promise<unknown>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #again = false;
  #last = '';
  #lastAt = 0;

  constructor(status: () => ReplicaStatus, write: (status: ReplicaStatus) => Promise<unknown>, log: Logger) {
    this.#status = status;
    this.#write = write;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const changed = JSON.stringify({ ...this.#status(), seenAt: '' }) !== this.#last;
      if (changed || Date.now() - this.#lastAt >= LONGEST_SILENCE_MS - LOOK_MS) void this.report();
    }, LOOK_MS);
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
      this.#lastAt = Date.now();
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
