import {
  aFunction,
  aNumber,
  anObject,
  aPipeline,
  aSecretProvider,
  aStore,
  aText,
  listOf,
  oneOfWords,
  optional,
} from '../errors/kinds.js';
import { checkSettings, type Kind } from '../errors/check-call.js';
import path from 'node:path';
import type { NativeConnection, WorkerDeploymentOptions, WorkflowBundle } from '@temporalio/worker';
import { stageOperations } from '../../activities/index.js';
import { DEFAULT_TASK_QUEUE, type Pools } from '../contracts/plan/pools.js';
import { workflowQueue } from '../contracts/plan/queues.js';
import { checkPools } from '../pipeline/plan/check-pools.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { SecretProvider } from '../secrets/provider.js';
import { createArtifactStore } from '../store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../store/open-store.js';
import type { StoreSetting } from '../store/store-setting.js';
import type { ObjectStore } from '../store/port.js';
import { proveRights } from '../store/prove-rights.js';
import { connectionOptions } from '../temporal/connection.js';
import { StepProcesses } from './isolation/step-processes.js';
import { storeOfProcesses } from './isolation/store-of-processes.js';
import { AttemptJournal } from './journal/attempt-journal.js';
import { buildIdOf } from './bundle/build-id.js';
import { failureInterceptor } from './failure-interceptor.js';
import { LostSteps } from './journal/lost-steps.js';
import { journalInterceptor } from './journal/journal-interceptor.js';
import { type PipelineWorker, startLastingWorker } from './lasting-worker.js';
import { LivePipelines, type Reloading } from './reload/live-pipelines.js';
import { stepActivities } from './handlers/step-activities.js';
import { sweepScratch } from './step/step-scratch.js';
import { stepOrUnknown, systemActivities } from './handlers/system-activities.js';
import { warnOfMissingSecrets } from './plans/pipeline-secrets.js';
import { workflowBundle } from './bundle/workflow-bundle.js';
import { queueDevices, queueSettings, servedPools, type WorkerRole } from './worker-queues.js';

/** What a worker runs, and where. */
export interface PipelineWorkerOptions {
  readonly pipelines: readonly Pipeline[];
  /**
   * Files whose default exports the pipelines are. Then steps of your own run in processes of their own, which import these files again: what one
   * step does to its process harms neither the worker nor other steps. Without them steps run in this process. Docs: docs/isolation.md.
   */
  readonly pipelineFiles?: readonly string[];
  /**
   * Given: when one of `pipelineFiles`, or a local module that it imports, changes, its pipeline is loaded again, and this is told so in words. New
   * runs take the new plan; runs under way keep theirs, and the code of steps that are no more. Not with `deployment`. Absent: a worker
   * keeps what it was started with.
   */
  readonly reload?: (news: string) => void;
  /**
   * Folder, `file:///...`, `s3://bucket/prefix`, an address of a kind of your own, or a store that is open. With one that has no `address` steps run
   * in this process, and the worker says so when it starts.
   */
  readonly store: StoreSetting;
  /** A file of hand-written workflows (`.ts` or `.js`), bundled with ours: see `perennial-ml/workflow`. */
  readonly workflows?: string;
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
  /** The pools on which runs place their steps; all workers must be told the same. Without them every step runs on `taskQueue`. */
  readonly pools?: Pools;
  /** The pools whose steps this worker takes, as many at once as it has devices. */
  readonly pool?: readonly string[];
  /**
   * `workflows`: carries runs on but takes no steps; with pools, small activities of ours too. `activities`: takes steps (of `pool`, else of
   * `taskQueue`) and no runs. Default `all`.
   */
  readonly role?: WorkerRole;
  /** Worker Versioning: runs stay on the version that they started on, entities move on. Default build id: hash of workflow code and plans. */
  readonly deployment?: { readonly name: string; readonly buildId?: string };
  /** How long steps may take to checkpoint and leave when the worker shuts down. Default 10,000 ms. */
  readonly shutdownGraceMs?: number;
}

const OPTIONS: { readonly [Name in keyof Required<PipelineWorkerOptions>]: Kind } = {
  pipelines: listOf(aPipeline),
  pipelineFiles: optional(listOf(aText)),
  reload: optional(aFunction),
  store: aStore,
  workflows: optional(aText),
  taskQueue: optional(aText),
  address: optional(aText),
  namespace: optional(aText),
  connection: optional(anObject),
  identity: optional(aText),
  secrets: optional(aSecretProvider),
  pools: optional(anObject),
  pool: optional(listOf(aText)),
  role: optional(oneOfWords('all', 'workflows', 'activities')),
  deployment: optional(anObject),
  shutdownGraceMs: optional(aNumber),
};

const DEFAULT_SHUTDOWN_GRACE_MS = 10_000;
/** After the grace time: for steps to write what they have and for the reports to reach the server. */
const SHUTDOWN_MARGIN_MS = 10_000;
const MAX_CACHED_WORKFLOWS = 100;
/**
 * Cores and devices are handed out by the steps' wrapper; this bounds what only waits or shares the main thread. With few, each step would
 * end alone and cost the server a workflow task of its own.
 */
const MAX_CONCURRENT_STEPS = 100;
/**
 * A step that finds a waiting poll is handed over at once; all others the server writes down first, and reads back and deletes afterwards.
 * Half of the slots stay free for steps that come with the answer to their workflow task, without any poll.
 */
const STEP_POLLS = MAX_CONCURRENT_STEPS / 2;
const HEARTBEAT_INTERVAL_MS = 500;
/** How long a run that moves waits for the worker that remembers it before any other may take it. */
const STICKY_LIMIT_MS = 5_000;

/**
 * A worker for these pipelines: their steps, the interpreter that runs them, the stages alone, and the continuous-training entities.
 * @throws PipelineError `AUTHORING_OPTION_INVALID`, `TEMPORAL_UNREACHABLE` and the other errors of a first connection, `STORE_*`, `AUTHORING_INVALID_PIPELINE`,
 *   `EXECUTION_UNKNOWN_STEP` when a custom step has no function, `POOL_UNKNOWN`, `POOL_CONFIG_INVALID`, `POOL_DEVICES_MISSING`.
 *   `WORKFLOW_*` when the file of workflows cannot be used.
 */
export async function createPipelineWorker(options: PipelineWorkerOptions): Promise<PipelineWorker> {
  checkSettings('createPipelineWorker', options, OPTIONS);
  const { role = 'all' } = options;
  const ownQueue = workflowQueue(options.taskQueue ?? DEFAULT_TASK_QUEUE);
  const pools = checkPools(options.pools ?? {});
  const served = servedPools(pools, options.pool ?? [], role);
  const devices = await queueDevices(served, process.env);
  const objects = await openObjectStore(options.store);
  // Before it takes what it cannot carry out.
  await proveRights(objects);
  const artifacts = createArtifactStore(objects);
  const { address, namespace } = connectionOptions(options);
  const journal = new AttemptJournal({ address, namespace });
  const processes = processesFor(options, objects);
  const lost = new LostSteps();
  const services = { secrets: options.secrets, devices, workflowQueue: ownQueue, processes, lost };
  const live = new LivePipelines(
    options.pipelines,
    (pipeline, { isCurrent }) => stepActivities(pipeline, stageOperations, artifacts.objects, { ...services, isCurrent }),
    reloadingOf(options, processes),
  );
  const { catalog, shelf, refresh } = live;
  const activities = systemActivities(catalog, artifacts, { pools, secrets: options.secrets, refresh });

  await sweepScratch();
  await warnOfMissingSecrets(options.pipelines, options.secrets);
  const shutdownGraceTime = options.shutdownGraceMs ?? DEFAULT_SHUTDOWN_GRACE_MS;
  const { deployment } = options;
  const bundled = role !== 'activities' || (deployment !== undefined && deployment.buildId === undefined);
  const bundle = bundled ? await workflowBundle(options.workflows, [...catalog.keys()]) : null;
  const settings = {
    namespace,
    taskQueue: ownQueue,
    ...(role === 'activities' || bundle === null ? {} : { workflowBundle: bundle }),
    activities: { ...activities, default: stepOrUnknown(shelf, Object.keys(activities)) },
    interceptors: { activity: [failureInterceptor, journalInterceptor(journal)] },
    shutdownGraceTime,
    shutdownForceTime: shutdownGraceTime + SHUTDOWN_MARGIN_MS,
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: MAX_CONCURRENT_STEPS,
    activityTaskPollerBehavior: { type: 'simple-maximum' as const, maximum: STEP_POLLS },
    stickyQueueScheduleToStartTimeout: STICKY_LIMIT_MS,
    maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
    ...(deployment === undefined ? {} : { workerDeploymentOptions: versionOf(deployment, bundle, options.pipelines) }),
  };
  try {
    const worker = await startLastingWorker(options, queueSettings(settings, served, { role, devices, pools }), {
      lost,
      closables: [journal, live, ...(processes === undefined ? [] : [processes])],
    });
    processes?.warmUp();
    await live.watch();
    return worker;
  } catch (error) {
    await live.close();
    await processes?.close();
    throw error;
  }
}

function processesFor({ pipelineFiles = [], store }: PipelineWorkerOptions, objects: ObjectStore): StepProcesses | undefined {
  if (pipelineFiles.length === 0) return undefined;
  const report = (message: string): void => {
    process.emitWarning(message);
  };
  const reached = storeOfProcesses(typeof store === 'string' ? store : objects.address);
  if (typeof reached === 'string') {
    report(`steps run inside the worker: ${reached}`);
    return undefined;
  }
  return new StepProcesses({ files: pipelineFiles.map((file) => path.resolve(file)), ...reached, report });
}

/** A version of a deployment is what it was when it started. */
function reloadingOf(
  { pipelineFiles = [], deployment, reload }: PipelineWorkerOptions,
  processes?: StepProcesses,
): Reloading | null {
  if (reload === undefined || deployment !== undefined || pipelineFiles.length === 0) return null;
  const renewed = (): void => {
    processes?.renew();
  };
  return { files: pipelineFiles, tell: reload, renewed };
}

function versionOf(
  { name, buildId }: NonNullable<PipelineWorkerOptions['deployment']>,
  bundle: WorkflowBundle | null,
  pipelines: readonly Pipeline[],
): WorkerDeploymentOptions {
  const version = { deploymentName: name, buildId: buildId ?? (bundle === null ? '' : buildIdOf(bundle, pipelines)) };
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}
