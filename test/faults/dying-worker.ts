import { CliProcess } from '../test-processes.js';

/** A worker that is killed at a point of its writes to the store, such as `before /cache/steps/`; without one it lives on. */
export function startDyingWorker(
  pipeline: string,
  { store, address, taskQueue = 'ml' }: { readonly store: string; readonly address: string; readonly taskQueue?: string },
  dies = '',
): Promise<CliProcess> {
  return CliProcess.start(['worker', pipeline, '--no-restart', '--task-queue', taskQueue], {
    ...{ PERENNIAL_STORE: store, TEMPORAL_ADDRESS: address, DIES: dies },
    NODE_OPTIONS: '--import ./test/faults/fixtures/dying-in-a-write.mjs',
  });
}
