import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { stageOperations } from '../../activities/index.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { SecretProvider } from '../secrets/provider.js';
import { createArtifactStore } from '../store/create-artifact-store.js';
import { openObjectStore } from '../store/open-store.js';
import { connect, connectionOptions, connectNative } from '../temporal/connection.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { failureInterceptor } from './failure-interceptor.js';
import { createCatalog } from './pipeline-catalog.js';
import { stepActivities } from './step-activities.js';
import { sweepScratch } from './step-scratch.js';
import { systemActivities, unknownActivity } from './system-activities.js';
import { warnOfMissingSecrets } from './pipeline-secrets.js';
import { workflowBundle } from './workflow-bundle.js';

export interface PipelineWorkerOptions {
  readonly pipelines: readonly Pipeline[];
  /** Folder, `file:///...` or `s3://bucket/prefix`. */
  readonly store: string;
  /** Default `ml`. */
  readonly taskQueue?: string;
  /** `host:port`; default as Temporal's own settings say. */
  readonly address?: string;
  readonly namespace?: string;
  /** An open connection; the caller closes it. Without it the worker opens its own, and opens it again when it is lost. */
  readonly connection?: NativeConnection;
  readonly identity?: string;
  /** Where values of secrets come from; default `PERENNIAL_SECRETS_DIR`, `PERENNIAL_SECRETS_FILE` and the environment. */
  readonly secrets?: SecretProvider;
  /** How long steps may take to checkpoint and leave when the worker shuts down. Default 10,000 ms. */
  readonly shutdownGraceMs?: number;
}

export interface PipelineWorker {
  /** Resolves when the worker has shut down. A lost server does not end it: it goes on when the server is back. */
  run(): Promise<void>;
  /** Takes no new work, aborts the running steps after the grace time, then `run` resolves. Safe to repeat. */
  shutdown(): void;
}

export const DEFAULT_TASK_QUEUE = 'ml';
const DEFAULT_SHUTDOWN_GRACE_MS = 10_000;
/** After the grace time: for steps to write what they have and for the reports to reach the server. */
const SHUTDOWN_MARGIN_MS = 10_000;
const MAX_CACHED_WORKFLOWS = 200;
const HEARTBEAT_INTERVAL_MS = 500;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;

/**
 * A worker for these pipelines: their steps, the interpreter that runs them, the stages alone, and the continuous-training entities.
 * @throws PipelineError `TEMPORAL_UNREACHABLE` and the other errors of a first connection, `STORE_*`, `AUTHORING_INVALID_PIPELINE`,
 *   `EXECUTION_UNKNOWN_STEP` when a custom step has no function.
 */
export async function createPipelineWorker(options: PipelineWorkerOptions): Promise<PipelineWorker> {
  const catalog = createCatalog(options.pipelines);
  const artifacts = createArtifactStore(await openObjectStore(options.store));
  const activities: NonNullable<WorkerOptions['activities']> = {
    ...systemActivities(catalog, artifacts),
    ...Object.fromEntries(
      [...catalog.values()].flatMap((pipeline) => [
        ...stepActivities(pipeline, stageOperations, artifacts.objects, options.secrets),
      ]),
    ),
  };

  await sweepScratch();
  await warnOfMissingSecrets(options.pipelines, options.secrets);
  const shutdownGraceTime = options.shutdownGraceMs ?? DEFAULT_SHUTDOWN_GRACE_MS;
  const settings: WorkerOptions = {
    namespace: connectionOptions(options).namespace,
    taskQueue: options.taskQueue ?? DEFAULT_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities: { ...activities, default: unknownActivity(Object.keys(activities).sort()) },
    interceptors: { activity: [failureInterceptor] },
    shutdownGraceTime,
    shutdownForceTime: shutdownGraceTime + SHUTDOWN_MARGIN_MS,
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: Math.max(4, 2 * os.availableParallelism()),
    maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
  };
  return new LastingWorker(options, settings, await startWorker(options, settings));
}

type Session = { readonly worker: Worker; close(): Promise<void> };

async function startWorker(options: PipelineWorkerOptions, settings: WorkerOptions): Promise<Session> {
  const { connection } = options;
  if (connection !== undefined)
    return { worker: await Worker.create({ ...settings, connection }), close: () => Promise.resolve() };
  await prepareNamespace(options, settings.namespace ?? 'default');
  const own = await connectNative(options);
  try {
    const worker = await Worker.create({ ...settings, connection: own });
    return { worker, close: () => own.close() };
  } catch (error) {
    await own.close();
    throw error;
  }
}

/** A run that writes search attributes which the namespace lacks would never get past its first task. */
async function prepareNamespace(options: PipelineWorkerOptions, namespace: string): Promise<void> {
  const connection = await connect(options);
  try {
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

/** Starts its Temporal worker anew, with growing pauses, whenever that ends without having been asked to. */
class LastingWorker implements PipelineWorker {
  readonly #options: PipelineWorkerOptions;
  readonly #settings: WorkerOptions;
  readonly #stopping = new AbortController();
  #session: Session;

  constructor(options: PipelineWorkerOptions, settings: WorkerOptions, session: Session) {
    this.#options = options;
    this.#settings = settings;
    this.#session = session;
  }

  async run(): Promise<void> {
    for (;;) {
      try {
        if (!this.#stopping.signal.aborted) await this.#session.worker.run();
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) throw error;
        process.emitWarning(`the Temporal worker stopped and is started again: ${String(error)}`);
      } finally {
        await this.#session.close();
      }
      const session = await this.#restart();
      if (session === null) return;
      this.#session = session;
    }
  }

  shutdown(): void {
    this.#stopping.abort();
    if (this.#session.worker.getState() === 'RUNNING') this.#session.worker.shutdown();
  }

  /** Null when the worker was shut down meanwhile. */
  async #restart(): Promise<Session | null> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_BACKOFF_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_BACKOFF_MS)) {
      const waited = await sleep(pauseMs, true, { signal }).catch(() => false);
      if (!waited) return null;
      try {
        return await startWorker(this.#options, this.#settings);
      } catch (error) {
        process.emitWarning(`the Temporal server is not back yet: ${String(error)}`);
      }
    }
  }
}
