import { setTimeout as sleep } from 'node:timers/promises';

/** The time of a run in this process: that of the wall, or one that the run itself moves on. */
export interface RunClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the reason of `signal` when that is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs real work: a fake clock stands still meanwhile. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

export const wallClock: RunClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  during: (work) => work(),
};

type Sleeper = { readonly untilMs: number; readonly wake: () => void };

/** Stands still while steps run, and jumps to the next timer when all that is left is waiting. */
export class FakeClock implements RunClock {
  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;
  #working = 0;
  #looking = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        untilMs: this.#nowMs + Math.max(0, ms),
        wake: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
      this.#look();
    });
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#look();
    }
  }

  /** After everything that is ready to go on has gone on: promises, and what they start. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      setImmediate(() => {
        this.#looking = false;
        if (this.#working === 0) this.#jump();
      });
    });
  }

  #jump(): void {
    const [next] = [...this.#sleepers].sort((one, other) => one.untilMs - other.untilMs);
    if (next === undefined) return;
    this.#sleepers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.untilMs);
    next.wake();
    if (this.#sleepers.size > 0) this.#look();
  }
}
