import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';

/**
 * Calls one function of a module in a worker thread: the caller's thread stays free for heartbeats. Rejects when `signal` aborts, and ends the
 * thread.
 */
export async function inThread<Input, Result>(module: URL, name: string, input: Input, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  // Not the loaders of the caller: tsx would load the module a second time, beside the one that modules of users import.
  const pool = new Piscina<Input, Result>({ filename: fileURLToPath(module), minThreads: 1, maxThreads: 1, execArgv: [] });
  try {
    return await pool.run(input, { name, signal });
  } finally {
    await pool.destroy();
  }
}
