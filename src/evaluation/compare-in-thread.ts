import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { MetricValues } from '../contracts/stages/evaluate.js';
import type { MeasureInput } from './comparison-worker.js';
import type { Comparison, ComparisonInput } from './comparison.js';

/** `compareModels` in a worker thread: the caller's thread stays free for heartbeats. Rejects when `signal` aborts, and ends the thread. */
export function compareInThread(input: ComparisonInput, signal: AbortSignal): Promise<Comparison> {
  return inThread<ComparisonInput, Comparison>('compare', input, signal);
}

/** Metrics by name, null where undefined, of scores against labels, in a worker thread. EVALUATION_METRIC_UNKNOWN. */
export function measureInThread(input: MeasureInput, signal: AbortSignal): Promise<MetricValues> {
  return inThread<MeasureInput, MetricValues>('measure', input, signal);
}

async function inThread<Input, Result>(name: string, input: Input, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const filename = fileURLToPath(new URL('./comparison-worker.js', import.meta.url));
  const pool = new Piscina<Input, Result>({ filename, minThreads: 1, maxThreads: 1 });
  try {
    return await pool.run(input, { name, signal });
  } finally {
    await pool.destroy();
  }
}
