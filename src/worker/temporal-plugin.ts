import { aPipeline, aSecretProvider, aStore, listOf, optional } from '../errors/kinds.js';
import { checkSettings } from '../errors/check-call.js';
import { readFileSync } from 'node:fs';
import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, Worker, WorkerOptions, WorkflowBundle } from '@temporalio/worker';
import { stageOperations } from '../../activities/index.js';
import { continuousTrainingId } from '../contracts/entities/continuous-training.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { SecretProvider } from '../secrets/provider.js';
import { createArtifactStore } from '../store/artifacts/create-artifact-store.js';
import { openObjectStore } from '../store/open-store.js';
import type { StoreSetting } from '../store/store-setting.js';
import { proveRights } from '../store/prove-rights.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { failureInterceptor } from './failure-interceptor.js';
import { joinWorkflows, OUR_WORKFLOWS, type WebpackHook } from './bundle/own-workflows.js';
import { readPrebuilt } from './bundle/prebuilt-bundle.js';
import { createCatalog } from './plans/pipeline-catalog.js';
import { warnOfMissingSecrets } from './plans/pipeline-secrets.js';
import { stepActivities } from './handlers/step-activities.js';
import { sweepScratch } from './step/step-scratch.js';
import { systemActivities } from './handlers/system-activities.js';

/** What the plugin adds to a Temporal worker. */
export interface PerennialPluginOptions {
  readonly pipelines: readonly Pipeline[];
  /** Folder, `file:///...`, `s3://bucket/prefix`, an address of a kind of your own, or a store that is open. */
  readonly store: StoreSetting;
  /** Where values of secrets come from; default as for a worker of ours. */
  readonly secrets?: SecretProvider;
}

/** Without it Temporal keeps heartbeats back for 80% of their time-out, and a cancelled step would learn of it as late. */
const HEARTBEAT_INTERVAL_MS = 500;
/** A text that is in every bundle with our workflows. */
const MARK = continuousTrainingId('');

/**
 * Our side of somebody else's Temporal worker: `Worker.create({ workflowsPath, activities, plugins: [await perennialPlugin(...)] })` also
 * runs these pipelines. It adds our workflows to the bundle, the steps as activities, and the interceptor that gives failures their codes;
 * it creates our search attributes when the worker starts. Temporal's plug-ins are experimental.
 *
 * @throws PipelineError `STORE_*`, `AUTHORING_INVALID_PIPELINE`, `EXECUTION_UNKNOWN_STEP`; from `Worker.create`: `WORKFLOW_NAME_TAKEN`,
 *   `WORKFLOW_BUNDLE_INCOMPLETE`, `WORKFLOW_FORBIDDEN_IMPORT`; from `worker.run`: `TEMPORAL_SEARCH_ATTRIBUTE_CONFLICT`.
 */
export async function perennialPlugin(options: PerennialPluginOptions): Promise<SimplePlugin> {
  checkSettings('perennialPlugin', options, { pipelines: listOf(aPipeline), store: aStore, secrets: optional(aSecretProvider) });
  const catalog = createCatalog(options.pipelines);
  const objects = await openObjectStore(options.store);
  await proveRights(objects);
  const artifacts = createArtifactStore(objects);
  const steps = [...catalog.values()].flatMap((pipeline) => [
    ...stepActivities(pipeline, stageOperations, artifacts.objects, { secrets: options.secrets }),
  ]);
  const carriedOut = Object.fromEntries(steps.map(({ type, carryOut }) => [type, carryOut]));
  const activities = { ...systemActivities(catalog, artifacts), ...carriedOut };
  await sweepScratch();
  await warnOfMissingSecrets(options.pipelines, options.secrets);
  return new PerennialPlugin(activities, [...catalog.keys()], await readPrebuilt());
}

class PerennialPlugin extends SimplePlugin {
  readonly #activities: object;
  readonly #pipelines: readonly string[];
  readonly #prebuilt: WorkflowBundle | null;

  constructor(activities: object, pipelines: readonly string[], prebuilt: WorkflowBundle | null) {
    super({ name: 'perennial', activities, workerInterceptors: { activity: [failureInterceptor] } });
    this.#activities = activities;
    this.#pipelines = pipelines;
    this.#prebuilt = prebuilt;
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const theirs = Object.keys(options.activities ?? {});
    const clashes = Object.keys(this.#activities).filter((name) => theirs.includes(name));
    if (clashes.length > 0) {
      throw new PipelineError('WORKFLOW_NAME_TAKEN', {
        what: `activities of the worker have names of ours: ${clashes.join(', ')}`,
        received: theirs.join(', '),
        cure: 'Rename these activities.',
        details: { clashes, theirs },
      });
    }
    checkBundle(options.workflowBundle);
    return {
      maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
      defaultHeartbeatThrottleInterval: HEARTBEAT_INTERVAL_MS,
      ...super.configureWorker(options),
      ...this.#workflowsFor(options),
    };
  }

  /** Where the worker has no workflows of its own: ours as the build left them, two seconds sooner than bundled again. */
  #workflowsFor(options: WorkerOptions): Pick<WorkerOptions, 'workflowsPath' | 'workflowBundle'> {
    if (options.workflowsPath !== undefined || options.workflowBundle !== undefined) return {};
    return this.#prebuilt !== null && isPlain(options) ? { workflowBundle: this.#prebuilt } : { workflowsPath: OUR_WORKFLOWS };
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    const configured = super.configureBundler(options);
    const { workflowsPath } = configured;
    if (workflowsPath === OUR_WORKFLOWS) return configured;
    const join = joinWorkflows(workflowsPath, this.#pipelines, options.ignoreModules);
    const theirs: WebpackHook = configured.webpackConfigHook ?? ((config) => config);
    return { ...configured, webpackConfigHook: (config) => join(theirs(config)) };
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { connection, options } = worker;
    if (connection !== undefined) await ensureSearchAttributes(connection, options.namespace);
    return super.runWorker(worker, next);
  }
}

/** Nothing but our workflows goes into the bundle: no converter, no interceptor, none of another plug-in. */
function isPlain({ bundlerOptions, dataConverter, interceptors, plugins = [] }: WorkerOptions): boolean {
  return (
    bundlerOptions === undefined &&
    dataConverter?.payloadConverterPath === undefined &&
    dataConverter?.failureConverterPath === undefined &&
    (interceptors?.workflowModules ?? []).length === 0 &&
    plugins.length <= 1
  );
}

/** A bundle made without the plug-in lacks our workflows: its worker would take our runs and never get on with them. */
function checkBundle(bundle: WorkerOptions['workflowBundle']): void {
  if (bundle === undefined) return;
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
  if (code.includes(MARK)) return;
  throw new PipelineError('WORKFLOW_BUNDLE_INCOMPLETE', {
    what: 'the workflow bundle of the worker lacks the workflows of pipelines',
    where: 'code' in bundle ? 'workflowBundle.code' : bundle.codePath,
  });
}
