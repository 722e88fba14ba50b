import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const MODEL_LABELS = ['model', 'version'] as const;

/** What a server counts, in a registry of its own, so that several servers of one process do not mix. Prometheus text at `/metrics`. */
export interface ServerMetrics {
  readonly registry: Registry;
  readonly requests: Counter<'model' | 'version' | 'variant' | 'code'>;
  readonly requestSeconds: Histogram<'model' | 'version'>;
  readonly queueSeconds: Histogram<'model' | 'version'>;
  readonly inferSeconds: Histogram<'model' | 'version'>;
  readonly batchRows: Histogram<'model' | 'version'>;
  readonly inflight: Gauge;
  readonly queueDepth: Gauge<'model' | 'version'>;
  readonly rejected: Counter<'reason'>;
  readonly logged: Counter;
  readonly dropped: Counter;
  readonly putAside: Counter;
  readonly unknownCategories: Counter<'model' | 'version' | 'column'>;
  readonly modelLoaded: Gauge<'model' | 'version'>;
  readonly swaps: Counter;
  /** Stops the event-loop sampler. */
  close(): void;
}

function processGauges(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const lag = new Gauge({
    name: 'perennial_event_loop_lag_seconds',
    help: '99th percentile of the delay of the event loop since the last scrape',
    registers: [registry],
    collect: () => {
      const p99 = delay.percentile(99);
      lag.set(Number.isFinite(p99) ? p99 / 1e9 : 0);
      delay.reset();
    },
  });
  const memory = new Gauge({
    name: 'perennial_resident_memory_bytes',
    help: 'Resident memory of the process',
    registers: [registry],
    collect: () => {
      memory.set(process.memoryUsage.rss());
    },
  });
  return () => delay.disable();
}

export function createServerMetrics(): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: `perennial_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `perennial_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = (name: string, help: string, buckets: number[]): Histogram<'model' | 'version'> =>
    new Histogram({ name: `perennial_${name}`, help, labelNames: [...MODEL_LABELS], buckets, registers });
  const close = processGauges(registry);
  return {
    registry,
    requests: counter('requests_total', 'Answered prediction requests', ['model', 'version', 'variant', 'code']),
    requestSeconds: histogram('request_duration_seconds', 'Time from the first byte of a request to its answer', SECONDS),
    queueSeconds: histogram('queue_seconds', 'Time that a request waited for the model', SECONDS),
    inferSeconds: histogram('infer_seconds', 'Time of one inference call', SECONDS),
    batchRows: histogram('batch_size', 'Rows of one inference call', ROWS),
    inflight: gauge('inflight', 'Requests being answered', []),
    queueDepth: gauge('queue_depth', 'Rows that wait for the model', MODEL_LABELS),
    rejected: counter('rejected_total', 'Requests turned away, by error code', ['reason']),
    logged: counter('log_rows_total', 'Predictions written to the prediction log', []),
    dropped: counter('log_dropped_total', 'Predictions that the prediction log had no room for', []),
    putAside: counter('log_put_aside_total', 'Predictions that no file of the prediction log can hold', []),
    unknownCategories: counter('unknown_category_total', 'Values of category columns that training never saw', [
      ...MODEL_LABELS,
      'column',
    ]),
    modelLoaded: gauge('model_loaded', '1 while the version is loaded', MODEL_LABELS),
    swaps: counter('swap_total', 'Changes of the routing table', []),
    close,
  };
}
