import type { ModelSignature } from '../../contracts/model.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ColumnBatch } from '../input/column-batch.js';
import { concatBatches } from '../input/column-batch.js';

/** Scores of one caller's rows and how long they waited and were computed, milliseconds. */
export interface BatchAnswer {
  readonly scores: Float32Array;
  readonly queueMs: number;
  readonly inferMs: number;
}

export interface BatchOptions {
  /** Rows of one inference call, >= 1. A larger single request is computed alone. */
  readonly maxRows: number;
  /** Longest time, ms, that the oldest request waits for company under load; 0 = never waits. */
  readonly maxDelayMs: number;
  /** Rows that may wait, >= 1. */
  readonly queueRows: number;
}

interface BatchObserver {
  /** Called after each inference call. */
  batch(rows: number, callers: number, inferMs: number): void;
  /** Rows that wait now. */
  queue(rows: number): void;
}

interface Entry {
  readonly batch: ColumnBatch;
  readonly queuedAt: number;
  readonly deadline: number;
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Cuts the scores of a combined batch back into the callers' parts, in order.
 * @throws PipelineError `SERVING_INFERENCE_FAILED` when the number of scores is not the number of rows.
 */
export function splitScores(scores: Float32Array, counts: readonly number[]): readonly Float32Array[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (scores.length !== rows) {
    throw new PipelineError('SERVING_INFERENCE_FAILED', {
      what: 'the model gave a wrong number of scores',
      expected: `${rows}`,
      received: `${scores.length}`,
    });
  }
  let offset = 0;
  return counts.map((count) => {
    offset += count;
    return scores.slice(offset - count, offset);
  });
}

/**
 * Gathers the rows of requests that arrive together into one inference call. One call runs at a time; requests that arrive
 * meanwhile form the next one. An idle model starts at the end of the current turn of the event loop; only under load (the last call
 * had several callers) does it wait up to `maxDelayMs` for more rows.
 */
export class MicroBatcher {
  readonly #signature: ModelSignature;
  readonly #score: (batch: ColumnBatch) => Promise<Float32Array>;
  readonly #options: BatchOptions;
  readonly #observer: BatchObserver;
  #queue: Entry[] = [];
  #queuedRows = 0;
  #running = false;
  #scheduled = false;
  #lastCallers = 0;
  #sweep: { readonly at: number; readonly timer: NodeJS.Timeout } | null = null;

  constructor(
    signature: ModelSignature,
    score: (batch: ColumnBatch) => Promise<Float32Array>,
    options: BatchOptions,
    observer: BatchObserver,
  ) {
    this.#signature = signature;
    this.#score = score;
    this.#options = options;
    this.#observer = observer;
  }

  /**
   * @param timeoutMs - longest wait for the start of the computation, > 0.
   * @throws PipelineError `SERVING_OVERLOADED` at once when the queue is full; `SERVING_TIMEOUT` when the rows waited too long (they
   * are not computed then); `SERVING_INFERENCE_FAILED` when the model failed on these rows, whoever shared the call.
   */
  submit(batch: ColumnBatch, timeoutMs: number): Promise<BatchAnswer> {
    if (this.#queue.length > 0 && this.#queuedRows + batch.rows > this.#options.queueRows) {
      return Promise.reject(
        new PipelineError('SERVING_OVERLOADED', {
          what: `${this.#queuedRows} rows wait for the model`,
          expected: `at most ${this.#options.queueRows}`,
        }),
      );
    }
    const queuedAt = performance.now();
    return new Promise((resolve, reject) => {
      this.#queue.push({ batch, queuedAt, deadline: queuedAt + timeoutMs, resolve, reject });
      this.#changeQueue(batch.rows);
      this.#schedule();
      this.#armSweep(queuedAt + timeoutMs);
    });
  }

  #changeQueue(rows: number): void {
    this.#queuedRows += rows;
    this.#observer.queue(this.#queuedRows);
  }

  #schedule(): void {
    const [oldest] = this.#queue;
    if (this.#running || this.#scheduled || oldest === undefined) return;
    this.#scheduled = true;
    const start = (): void => {
      this.#scheduled = false;
      void this.#run();
    };
    const underLoad = this.#lastCallers > 1 && this.#queuedRows < this.#options.maxRows;
    const waitMs = underLoad ? oldest.queuedAt + this.#options.maxDelayMs - performance.now() : 0;
    if (waitMs > 0) setTimeout(start, waitMs);
    else setImmediate(start);
  }

  /** Looks for expired requests at the earliest deadline, also while a call runs. */
  #armSweep(deadline: number): void {
    if (this.#sweep !== null && this.#sweep.at <= deadline) return;
    if (this.#sweep !== null) clearTimeout(this.#sweep.timer);
    const timer = setTimeout(
      () => {
        this.#sweep = null;
        this.#dropExpired();
        if (this.#queue.length > 0) this.#armSweep(Math.min(...this.#queue.map((entry) => entry.deadline)));
      },
      Math.max(1, deadline - performance.now()),
    );
    timer.unref();
    this.#sweep = { at: deadline, timer };
  }

  #dropExpired(): void {
    const now = performance.now();
    if (!this.#queue.some((entry) => entry.deadline <= now)) return;
    const expired = this.#queue.filter((entry) => entry.deadline <= now);
    this.#queue = this.#queue.filter((entry) => entry.deadline > now);
    for (const entry of expired) {
      this.#changeQueue(-entry.batch.rows);
      entry.reject(
        new PipelineError('SERVING_TIMEOUT', { what: `the request waited ${Math.round(now - entry.queuedAt)} ms for the model` }),
      );
    }
  }

  #take(): Entry[] {
    this.#dropExpired();
    let rows = 0;
    let count = 0;
    for (const entry of this.#queue) {
      if (count > 0 && rows + entry.batch.rows > this.#options.maxRows) break;
      rows += entry.batch.rows;
      count += 1;
    }
    this.#changeQueue(-rows);
    return this.#queue.splice(0, count);
  }

  async #run(): Promise<void> {
    const entries = this.#take();
    if (entries.length === 0) return;
    this.#running = true;
    try {
      await this.#compute(entries);
    } finally {
      this.#lastCallers = entries.length;
      this.#running = false;
      this.#schedule();
    }
  }

  async #compute(entries: readonly Entry[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const batch = concatBatches(
        this.#signature,
        entries.map((entry) => entry.batch),
      );
      const scores = await this.#score(batch);
      const parts = splitScores(
        scores,
        entries.map((entry) => entry.batch.rows),
      );
      const inferMs = performance.now() - startedAt;
      this.#observer.batch(batch.rows, entries.length, inferMs);
      entries.forEach((entry, index) => {
        settle(entry, parts[index] ?? new Float32Array(0), startedAt - entry.queuedAt, inferMs);
      });
    } catch (error) {
      if (entries.length === 1) entries[0]?.reject(inferenceError(error));
      // One caller's rows must not fail the others that shared its call.
      else for (const entry of entries) await this.#compute([entry]);
    }
  }
}

function settle(entry: Entry, scores: Float32Array, queueMs: number, inferMs: number): void {
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad === -1) entry.resolve({ scores, queueMs, inferMs });
  else {
    entry.reject(
      new PipelineError('SERVING_INFERENCE_FAILED', {
        what: `the score of row ${bad} is not a finite number`,
        received: `${scores[bad]}`,
      }),
    );
  }
}

function inferenceError(error: unknown): PipelineError {
  const parts = { what: 'the model failed on these rows', cause: error };
  return new PipelineError('SERVING_INFERENCE_FAILED', parts);
}
