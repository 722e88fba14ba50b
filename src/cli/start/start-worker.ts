import type { PipelineWorkerOptions } from '../../worker/index.js';

export interface RunningWorker {
  /** Rejects when the worker fails, resolves when it has stopped. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const workerCode = () =>
  Promise.all([import('@temporalio/worker'), import('../../worker/index.js'), import('../render/sparing-logger.js')]);

/** Before any pipeline file is imported: with the loader for TypeScript in place the code of a worker takes half a second longer. */
export async function loadWorkerCode(): Promise<void> {
  await workerCode();
}

/** Creates a worker and lets it run in this process; `logLevel` is that of Temporal's own lines on standard error. Once per process. */
export async function startWorker(options: PipelineWorkerOptions, logLevel: 'WARN' | 'ERROR'): Promise<RunningWorker> {
  const [{ Runtime }, { createPipelineWorker }, { SparingLogger }] = await workerCode();
  // Signals are ours: the command stops what it started in its own order.
  Runtime.install({ logger: new SparingLogger(logLevel), shutdownSignals: [] });
  const worker = await createPipelineWorker(options);
  const ended = worker.run();
  // A later `await` of `ended` gets the failure; until then it must not count as unhandled.
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
}
