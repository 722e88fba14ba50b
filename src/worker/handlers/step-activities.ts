import { Context } from '@temporalio/activity';
import type { JsonObject } from '../../contracts/json.js';
import { DEFAULT_TASK_QUEUE } from '../../contracts/plan/pools.js';
import { poolQueue, workflowQueue, type WorkflowQueue } from '../../contracts/plan/queues.js';
import type { StepOutcome, StepTask } from '../../contracts/run.js';
import { everyStep } from '../../pipeline/plan/every-step.js';
import { stepKinds } from '../../pipeline/plan/step-kinds.js';
import type { PlanStep } from '../../contracts/plan.js';
import type { Pipeline, StepWork } from '../../pipeline/pipeline.js';
import type { StepLog } from '../../pipeline/step-context.js';
import type { SecretProvider } from '../../secrets/provider.js';
import type { ObjectStore } from '../../store/port.js';
import { isolated } from '../isolation/isolated-work.js';
import type { LostSteps } from '../journal/lost-steps.js';
import type { StepProcesses } from '../isolation/step-processes.js';
import type { AttemptWork } from '../step/attempt/attempt-desk.js';
import { machineCores } from '../step/devices/hold-cores.js';
import { readHeartbeat } from '../step/attempt/heartbeats.js';
import { startQueueOfStep } from '../start-queue.js';
import type { QueueDevices } from '../worker-queues.js';
import type { ShelvedStep } from '../reload/step-shelf.js';
import { requireShape } from '../step/step-shape.js';
import { runStep, type StepSurroundings } from '../step/run-step.js';
import { cachingOf } from '../step/step-caching.js';
import { type StageOperations, workOf } from '../step/step-work.js';
import { createTemporalDoor } from './temporal-door.js';

/** What a worker lends to the steps that it takes. */
export type WorkerServices = {
  readonly secrets?: SecretProvider | undefined;
  readonly devices?: QueueDevices;
  /** On which this worker, or one beside it, carries workflows on. Default `ml`. */
  readonly workflowQueue?: WorkflowQueue;
  /** Where steps of a user's own run; absent: in this process. */
  readonly processes?: StepProcesses | undefined;
  /** Steps with which a worker before has ended. Absent: none is known. */
  readonly lost?: LostSteps;
  /** False: the pipeline is an earlier version of one that was loaded again, and only this process has its code. Absent: it never is. */
  readonly isCurrent?: (pipeline: Pipeline) => boolean;
};

/** Temporal's, of 1 to 5. */
const DEFAULT_PRIORITY = 3;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 30_000;

/** What carries out the steps of a pipeline, by type: `<pipeline>.<step>` for the main operation of a step, `<pipeline>.<step>.<operation>` for others. */
export function stepActivities(
  pipeline: Pipeline,
  operations: StageOperations,
  objects: ObjectStore,
  services: WorkerServices = {},
): ShelvedStep[] {
  return everyStep(pipeline.plan.steps).flatMap((step) =>
    workOf(pipeline, step, operations).map(([operation, work]): ShelvedStep => {
      const type = operation === step.kind ? `${pipeline.name}.${step.id}` : `${pipeline.name}.${step.id}.${operation}`;
      const caching = cachingOf(pipeline, step, operation);
      const carriedOut = attemptWork(pipeline, step, work, services);
      const carryOut = (task: StepTask): Promise<StepOutcome> =>
        runStep(task, carriedOut, { ...activitySurroundings(objects, task, services), caching });
      return { type, step, carryOut };
    }),
  );
}

/**
 * The code of custom steps comes from users, and so does that of kinds that are not built in; other stages stay where their engines are loaded,
 * unless a worker has ended with them.
 */
function attemptWork(pipeline: Pipeline, step: PlanStep, work: StepWork, services: WorkerServices): AttemptWork {
  if (step.double === true) return work;
  const { processes, lost, isCurrent = () => true } = services;
  const apart = (isSuspect: boolean): AttemptWork =>
    processes === undefined || pipeline.around !== undefined
      ? work
      : isolated(processes, pipeline, work, { isCurrent: () => isCurrent(pipeline), isSuspect });
  if (step.kind !== 'step') {
    if (stepKinds(pipeline.plan).has(step.id)) return apart(false);
    return lost === undefined ? work : unlessLost(work, apart(true), lost);
  }
  const own = apart(false);
  return async (task, context, desk) => {
    requireShape(step, task);
    return own(task, context, desk);
  };
}

/** In this worker, but where a worker has ended with the step: `apart`. */
function unlessLost(work: StepWork, apart: AttemptWork, lost: LostSteps): AttemptWork {
  return async (task, context, desk) => {
    const { activityId } = Context.current().info;
    const id = { workflowId: task.run.workflowId, runId: task.run.runId, activityId };
    if (!lost.has(id)) return work(task, context);
    desk.remark('a worker ended while it had this step under way, so it runs in a process of its own');
    const result = await apart(task, context, desk);
    lost.forget(id);
    return result;
  };
}

/** Surroundings of the activity that runs now. */
export function activitySurroundings(objects: ObjectStore, task: StepTask, services: WorkerServices = {}): StepSurroundings {
  const { secrets, devices, workflowQueue: workerQueue = workflowQueue(DEFAULT_TASK_QUEUE) } = services;
  const { info, client, cancellationSignal, log } = Context.current();
  const context = Context.current();
  const { run, activityId = info.activityId } = task;
  const fields = { pipeline: run.pipeline, workflowId: run.workflowId, activityId };
  const logAt =
    (level: keyof StepLog) =>
    (message: string, more: JsonObject = {}): void => {
      log[level](message, { ...fields, ...more });
    };
  // eslint-disable-next-line no-restricted-syntax -- where the step runs, not where it starts anything
  const leases = devices?.get(poolQueue(info.taskQueue));
  const priority = info.priority?.priorityKey ?? DEFAULT_PRIORITY;
  return {
    activityId,
    attempt: task.attempt ?? info.attempt,
    ...(info.retryPolicy?.maximumAttempts === undefined || info.isLocal
      ? {}
      : { maximumAttempts: info.retryPolicy.maximumAttempts }),
    objects,
    ...(secrets === undefined ? {} : { secrets }),
    temporal: createTemporalDoor(client, startQueueOfStep(task, workerQueue)),
    log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
    signal: cancellationSignal,
    // A local activity has no heartbeats: Temporal hears nothing of it before its end.
    heartbeatTimeoutMs: info.isLocal ? null : (info.heartbeatTimeoutMs ?? DEFAULT_HEARTBEAT_TIMEOUT_MS),
    lastHeartbeat: readHeartbeat(info.heartbeatDetails as JsonObject | undefined),
    heartbeat: (details) => {
      context.heartbeat(details);
    },
    ...(leases === undefined ? {} : { devices: { leases, priority } }),
    ...(info.isLocal ? {} : { cores: { leases: machineCores, priority } }),
  };
}
