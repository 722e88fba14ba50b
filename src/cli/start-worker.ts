import type { PipelineWorkerOptions } from '../worker/index.js';

export interface RunningWorker {
  /** Rejects when the worker fails, resolves when it has stopped. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Creates a worker and lets it run in this process. */
export async function startWorker(options: PipelineWorkerOptions): Promise<RunningWorker> {
  const { createPipelineWorker } = await import('../worker/index.js');
  const worker = await createPipelineWorker(options);
  const ended = worker.run();
  // Whoever awaits `ended` later must still get the failure, but until then it is not unhandled.
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
}
