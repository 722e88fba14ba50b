import { LatencyHistogram } from './latency-histogram.js';

/** Count and summed time of one phase, as the statistics extension of the Open Inference Protocol gives them. */
type Duration = { readonly count: number; readonly ns: number };

class Phase {
  count = 0;
  #ms = 0;
  add(ms: number): void {
    this.count += 1;
    this.#ms += ms;
  }
  get duration(): Duration {
    return { count: this.count, ns: Math.round(this.#ms * 1e6) };
  }
}

/** Statistics of one version since it was loaded. */
export class ModelStatistics {
  readonly latency = new LatencyHistogram();
  readonly #success = new Phase();
  readonly #fail = new Phase();
  readonly #queue = new Phase();
  readonly #input = new Phase();
  readonly #batches = new Map<number, Phase>();
  #rows = 0;
  #executions = 0;
  #inferMs = 0;
  #lastAt = 0;

  get requests(): number {
    return this.#success.count + this.#fail.count;
  }

  get errors(): number {
    return this.#fail.count;
  }

  succeeded(ms: number, queueMs: number, parseMs: number): void {
    this.#success.add(ms);
    this.#queue.add(queueMs);
    this.#input.add(parseMs);
    this.latency.record(ms);
    this.#lastAt = Date.now();
  }

  /** A request that the server (not its caller) failed. */
  failed(ms: number): void {
    this.#fail.add(ms);
    this.latency.record(ms);
  }

  executed(rows: number, inferMs: number): void {
    this.#executions += 1;
    this.#rows += rows;
    this.#inferMs += inferMs;
    const phase = this.#batches.get(rows) ?? new Phase();
    phase.add(inferMs);
    this.#batches.set(rows, phase);
  }

  /** Body of one entry of `model_stats`; times in nanoseconds, `last_inference` in milliseconds since 1970. */
  snapshot(): Record<string, unknown> {
    return {
      last_inference: this.#lastAt,
      inference_count: this.#rows,
      execution_count: this.#executions,
      inference_stats: {
        success: this.#success.duration,
        fail: this.#fail.duration,
        queue: this.#queue.duration,
        compute_input: this.#input.duration,
        compute_infer: { count: this.#executions, ns: Math.round(this.#inferMs * 1e6) },
        compute_output: { count: this.#success.count, ns: 0 },
      },
      batch_stats: [...this.#batches]
        .sort(([left], [right]) => left - right)
        .map(([rows, phase]) => ({ batch_size: rows, compute_infer: phase.duration })),
    };
  }
}
