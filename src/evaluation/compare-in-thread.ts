import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Comparison, ComparisonInput } from './comparison.js';

/** `compareModels` in a worker thread: the caller's thread stays free for heartbeats. Rejects when `signal` aborts, and ends the thread. */
export async function compareInThread(input: ComparisonInput, signal: AbortSignal): Promise<Comparison> {
  signal.throwIfAborted();
  const pool = new Piscina<ComparisonInput, Comparison>({
    filename: fileURLToPath(new URL('./comparison-worker.js', import.meta.url)),
    minThreads: 1,
    maxThreads: 1,
  });
  try {
    return await pool.run(input, { signal });
  } finally {
    await pool.destroy();
  }
}
