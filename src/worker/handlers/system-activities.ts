import { Context } from '@temporalio/activity';
import { askAdmission } from '../../../activities/admission.js';
import { createControlActivities } from '../../../activities/control.js';
import { closeWindow } from '../../../activities/stages/monitor.js';
import { createNoticeActivities } from '../../../activities/notices.js';
import { createTriggerActivities } from '../../../activities/triggers.js';
import type { BackfillActivities } from '../../contracts/entities/backfill.js';
import type { ControlActivities } from '../../contracts/run/control.js';
import type { GarbageActivities } from '../../contracts/store/garbage.js';
import type { NoticeActivities } from '../../contracts/plan/hooks.js';
import type { Pools } from '../../contracts/plan/pools.js';
import { isJsonObject } from '../../contracts/json.js';
import type { MapContext } from '../../contracts/stages/map.js';
import type { WindowReport } from '../../contracts/entities/monitoring.js';
import type { StepOutcome, StepTask } from '../../contracts/run.js';
import type { SystemActivities } from '../../contracts/system.js';
import type { TriggerActivities } from '../../contracts/plan/triggers.js';
import type { ErrorCode } from '../../errors/codes.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import { notHere } from '../hand-back.js';
import { defaultSecretProvider } from '../../secrets/default-provider.js';
import type { SecretProvider } from '../../secrets/provider.js';
import { recordRun } from '../../runs/record-run.js';
import { partitionsOf } from '../../pipeline/schedule/partitions.js';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.js';
import { type ArtifactProducer, createArtifactStore } from '../../store/artifacts/create-artifact-store.js';
import { parseJson } from '../../store/json/parse-json.js';
import { projectOf } from '../../store/project.js';
import { loadParts, readOperand, storeValue } from '../../store/values/stored-values.js';
import { findCalledRun } from './called-run.js';
import { takeCalledRun } from './take-called-run.js';
import { recordDecision } from './decision-records.js';
import { createGarbageActivities } from './garbage-activities.js';
import type { PipelineCatalog } from '../plans/pipeline-catalog.js';
import { resolveRun, resolveStage } from '../plans/resolve-stage.js';
import { meetExpectation } from '../reload/meet-expectation.js';
import type { StepShelf } from '../reload/step-shelf.js';
import { writeOrders } from '../step/attempt/step-orders.js';
import { runStep } from '../step/run-step.js';
import { activitySurroundings } from './step-activities.js';
import { startQueueOfWorkflow } from '../start-queue.js';
import { createTemporalDoor } from './temporal-door.js';

/** Stands for a step where the run itself stores something; no step can have this id. */
const RUN_ITSELF = '(run)';

/** What the activities of every worker need from it. */
type SystemServices = {
  readonly pools?: Pools;
  readonly secrets?: SecretProvider | undefined;
  /** Loads pipelines again whose files have changed. Absent: none is ever. */
  readonly refresh?: () => Promise<void>;
};

/** The activities that every worker has, whatever its pipelines. */
export function systemActivities(
  catalog: PipelineCatalog,
  artifacts: ArtifactStore,
  { pools = {}, secrets = defaultSecretProvider(process.env), refresh = () => Promise.resolve() }: SystemServices = {},
): SystemActivities & ControlActivities & TriggerActivities & NoticeActivities & BackfillActivities & GarbageActivities {
  /** What a run stores of its own accord is known as its. */
  const ofThisRun = (): ArtifactStore => createArtifactStore(artifacts.objects, { producer: thisRun() });
  return {
    ...createControlActivities(artifacts.objects, () => {
      const { client, info } = Context.current();
      return createTemporalDoor(client, startQueueOfWorkflow(info));
    }),
    ...createTriggerActivities(artifacts.objects),
    ...createNoticeActivities(secrets),
    ...createGarbageActivities(artifacts.objects),
    resolvePlan: (input) =>
      startedHere(catalog, input.pipeline, async () => {
        const remarks = await meetExpectation(catalog, input, refresh);
        const resolved = await resolveRun(catalog, ofThisRun(), input, pools);
        return remarks.length === 0 ? resolved : { ...resolved, remarks };
      }),
    storeValue: ({ value }) => storeValue(ofThisRun(), value),
    loadValue: async ({ value }) => ({ value: await loadParts(artifacts, value) }),
    readOperands: ({ values }) => Promise.all(values.map((value) => readOperand(artifacts, value))),
    findCalledRun: ({ workflowId }) => findCalledRun(Context.current().client.workflow, workflowId),
    takeCalledRun: (search) => takeCalledRun(search, Context.current(), artifacts.objects),
    recordRun: (end) => recordRun(artifacts, end, catalog.get(end.run.pipeline) ?? null),
    resolveStage: (input) => resolveStage(catalog, artifacts, input, pools),
    recordDecision: (record) => recordDecision(artifacts.objects, record),
    askAdmission,
    readMapContext: async ({ context }) =>
      parseJson(await artifacts.readFile(context, 'context.json'), `${context.kind}/${context.id}`) as MapContext,
    backfillPartitions: async ({ spec, after, limit }) => {
      const partitions = partitionsOf(spec);
      const project = await projectOf(artifacts.objects);
      return { total: partitions.length, partitions: partitions.slice(after, after + limit), project };
    },
    writeOrders: (input) => writeOrders(artifacts.objects, input),
    closeMonitorWindow: async (input) => {
      const task = monitorTask();
      const outcome = await runStep(
        task,
        (_, context) => closeWindow(input, context),
        activitySurroundings(artifacts.objects, task),
      );
      return outcome.result as unknown as WindowReport;
    },
  };
}

function thisRun(): ArtifactProducer {
  const { workflowExecution, workflowType = '' } = Context.current().info;
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  return { pipeline: workflowType, workflowId, runId, step: RUN_ITSELF };
}

/**
 * The catch-all: the steps, whose code may be loaded again while the worker runs; Temporal would retry an activity that no worker knows forever.
 * @param system - names of the other activities.
 */
export function stepOrUnknown(shelf: StepShelf, system: readonly string[]): (task: StepTask) => Promise<StepOutcome> {
  return async (task) => {
    const { activityType } = Context.current().info;
    const found = shelf.find(activityType, task);
    if (found !== undefined) return found.carryOut(task);
    const known = [...shelf.types, ...system].sort();
    const error = new PipelineError('EXECUTION_UNKNOWN_STEP', {
      what: `this worker has no activity "${activityType}"`,
      expected: `one of ${known.join(', ')}`,
      details: { known },
    });
    throw await notHere(error, 'activity');
  };
}

/** Another worker of the queue may have the pipeline, or the version of it. */
const FOR_OTHERS: ReadonlySet<ErrorCode> = new Set(['EXECUTION_UNKNOWN_PIPELINE', 'EXECUTION_PLAN_DIFFERS']);

/** Hands back a start of a pipeline that only another worker of the queue has; any other failure fails the run. */
async function startedHere<T>(catalog: PipelineCatalog, pipeline: unknown, resolve: () => Promise<T>): Promise<T> {
  try {
    return await resolve();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    if (FOR_OTHERS.has(error.code)) throw await notHere(error, 'workflow');
    const hooks = typeof pipeline === 'string' ? (catalog.get(pipeline)?.plan.hooks ?? []) : [];
    const onFailure = hooks.filter(({ on }) => on === 'failure');
    if (onFailure.length === 0) throw error;
    // The run has no plan that would say whom to tell.
    const { details } = error;
    const told = isJsonObject(details) ? details : details === null ? {} : { details };
    throw new PipelineError(error.code, { ...error.parts, details: { ...told, onFailure } });
  }
}

/** A window is closed by its own workflow: there is no plan and no step behind it. */
function monitorTask(): StepTask {
  const { info } = Context.current();
  const { workflowExecution, workflowType } = info;
  const run = {
    pipeline: workflowType ?? 'monitorWindow',
    planHash: '',
    workflowId: workflowExecution?.workflowId ?? '',
    runId: workflowExecution?.runId ?? '',
  };
  const empty = { config: {}, inputs: {}, parameters: {}, arguments: {} };
  return {
    run,
    step: 'closeMonitorWindow',
    kind: 'monitor',
    operation: 'monitor',
    occurrence: 0,
    ...empty,
    workflowQueue: startQueueOfWorkflow(info),
  };
}
