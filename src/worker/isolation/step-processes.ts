import os from 'node:os';
import { StepProcess, type ProcessOptions } from './step-process.js';

/** Beyond these no further process is started for want of room in those that answer. */
const MOST_SHARED = Math.min(os.availableParallelism(), 4);
/** So many steps in each before another is started. */
const FULL = 16;
/** Of all, those that are kept from answering included: on a machine that is short of processor time each further one makes the others slower. */
const MOST_PROCESSES = MOST_SHARED + 4;
const PING_EVERY_MS = 250;
/** A process that is silent for this long is blocked by a step; shorter silences are common on a busy machine. */
export const BUSY_MS = 3_000;
/** After this long, the other steps of a blocked process move to another one. */
const BLOCKED_MS = 10_000;
const IDLE_MS = 60_000;

/** The processes of a worker in which the steps of a user's own run. */
export class StepProcesses {
  readonly #options: Omit<ProcessOptions, 'memoryMiB'>;
  readonly #shared = new Set<StepProcess>();
  readonly #idle = new Map<StepProcess, NodeJS.Timeout>();
  readonly #all = new Set<StepProcess>();
  #pings: NodeJS.Timeout | null = null;
  #isClosed = false;
  #renewals = 0;

  constructor(options: Omit<ProcessOptions, 'memoryMiB'>) {
    this.#options = options;
  }

  /** Starts the first one, so that it is there when the first step comes. */
  warmUp(): void {
    this.shared();
  }

  /** The one with the fewest steps of those that answer. */
  shared(): StepProcess {
    const open = [...this.#shared].filter((process) => !process.isRetired && process.silentMs < BUSY_MS);
    const [first, ...others] = open;
    const least = others.reduce<StepProcess | undefined>(
      (best, next) => (best === undefined || next.load < best.load ? next : best),
      first,
    );
    const mayGrow = open.length < MOST_SHARED && this.#all.size < MOST_PROCESSES;
    if (least !== undefined && (least.load < FULL || !mayGrow)) return least;
    if (!mayGrow) {
      const any = [...this.#shared].find((process) => !process.isRetired);
      if (any !== undefined) return any;
    }
    const started = this.#start();
    this.#shared.add(started);
    return started;
  }

  /** One for a single step, to be given back. */
  own(memoryMiB?: number): StepProcess {
    const idle = [...this.#idle].find(([process]) => process.memoryMiB === memoryMiB && !process.isRetired);
    if (idle === undefined) return this.#start(memoryMiB);
    const [process, timer] = idle;
    clearTimeout(timer);
    this.#idle.delete(process);
    return process;
  }

  giveBack(process: StepProcess): void {
    if (process.isRetired) return;
    const timer = setTimeout(() => {
      this.#idle.delete(process);
      process.retire();
    }, IDLE_MS);
    this.#idle.set(process, timer.unref());
  }

  /** How often the files have changed. */
  get renewals(): number {
    return this.#renewals;
  }

  /** The files have changed: those that are there take no more steps, and end when theirs have ended. */
  renew(): void {
    this.#renewals += 1;
    for (const process of this.#all) process.retire();
    this.warmUp();
  }

  /** Ends them all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#pings !== null) clearInterval(this.#pings);
    for (const process of this.#all) process.kill(new Error('the worker was shut down'));
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  #start(memoryMiB?: number): StepProcess {
    const process = new StepProcess({ ...this.#options, ...(memoryMiB === undefined ? {} : { memoryMiB }) });
    this.#all.add(process);
    // The caller that hands it the next step gets the failure.
    process.ready.catch(() => undefined);
    void process.ended.then(() => {
      this.#all.delete(process);
      this.#shared.delete(process);
      clearTimeout(this.#idle.get(process));
      this.#idle.delete(process);
    });
    if (this.#isClosed) process.kill(new Error('the worker was shut down'));
    this.#pings ??= setInterval(() => {
      this.#look();
    }, PING_EVERY_MS).unref();
    return process;
  }

  #look(): void {
    for (const process of this.#shared) {
      if (process.load > 0) process.ping();
      if (process.load > 1 && process.silentMs > BLOCKED_MS)
        process.kill(new Error(`one of its steps kept it from answering for ${BLOCKED_MS / 1000} s`));
    }
  }
}
