import { aFunction, anObject, aPipeline, aStore, listOf, optional, recordOf } from '../errors/kinds.js';
import { checkCall, checkSettings } from '../errors/check-call.js';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { DevServer } from '../temporal/server/dev-server.js';
import type { PipelineWorkerOptions } from '../worker/create-worker.js';
import { type Doubles, withDoubles } from './doubles.js';
import { refuseKills } from './faults.js';
import { shownStore, type StoreSetting } from '../store/store-setting.js';

/** How the Temporal of a test starts. */
export interface TestTemporalOptions {
  /** With the Temporal UI, on a free port. Default false. */
  readonly ui?: boolean;
  readonly onProgress?: (line: string) => void;
}

/** A real Temporal dev server of the test's own: free port, database in a temporary folder that `stop` removes. */
export interface TestTemporal {
  /** `host:port`, for `connectClient`, workers and `--address`. */
  readonly address: string;
  readonly uiUrl: string | null;
  /** Safe to repeat. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal dev server for a test.
 * @throws PipelineError `TEMPORAL_BINARY_MISSING`, `TEMPORAL_SERVER_FAILED`.
 */
export async function startTestTemporal(options: TestTemporalOptions = {}): Promise<TestTemporal> {
  checkSettings('startTestTemporal', options, { onProgress: optional(aFunction) });
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-temporal-'));
  const remove = (): Promise<void> => fs.rm(folder, { recursive: true, force: true });
  let server: DevServer;
  try {
    const { onProgress } = options;
    const dbFile = path.join(folder, 'temporal.db');
    // Here and below: a test that runs its pipeline in process does not wait for the SDK of Temporal to load.
    const { startDevServer } = await import('../temporal/server/dev-server.js');
    server = await startDevServer({
      dbFile,
      uiPort: options.ui === true ? 0 : null,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    address: server.address,
    uiUrl: server.uiUrl,
    stop: async () => {
      await server.stop();
      await remove();
    },
  };
}

/** What a worker of a test runs. */
export interface TestWorkerOptions extends Omit<PipelineWorkerOptions, 'pipelines' | 'store'>, Doubles {
  /** Default: a temporary folder that `stop` removes. */
  readonly store?: StoreSetting;
}

/** A worker of a test. */
export interface TestWorker {
  readonly store: string;
  /** Rejects with the failure of the worker, if it had one. */
  stop(): Promise<void>;
}

/**
 * A worker for these pipelines in this process, with fakes and faults; a step that a fake or a fault names must be in the only pipeline.
 * @throws PipelineError what `createPipelineWorker` throws; `TESTING_UNKNOWN_STEP`; `TESTING_NO_CHILD_PROCESS` for `killWorkerAt`.
 */
export async function startTestWorker(pipelines: readonly Pipeline[], options: TestWorkerOptions = {}): Promise<TestWorker> {
  checkCall('startTestWorker', { pipelines }, { pipelines: listOf(aPipeline) });
  checkSettings('startTestWorker', options, {
    ...{ store: optional(aStore), fakes: optional(recordOf(aFunction)), faults: optional(listOf(anObject)) },
  });
  const { fakes, faults = [], store: named, ...rest } = options;
  refuseKills(faults);
  const doubles: Doubles = { faults, ...(fakes === undefined ? {} : { fakes }) };
  const used =
    fakes === undefined && faults.length === 0 ? pipelines : pipelines.map((pipeline) => withDoubles(pipeline, doubles));
  const store = named ?? (await fs.mkdtemp(path.join(os.tmpdir(), 'perennial-store-')));
  const remove = async (): Promise<void> => {
    if (named === undefined) await fs.rm(shownStore(store), { recursive: true, force: true });
  };
  try {
    const { createPipelineWorker } = await import('../worker/create-worker.js');
    const worker = await createPipelineWorker({ ...rest, store, pipelines: used });
    const running = worker.run();
    // `stop` rejects with this failure; until then it must not count as unhandled.
    running.catch(() => undefined);
    return {
      store: shownStore(store),
      stop: async () => {
        worker.shutdown();
        try {
          await running;
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
