import { Context } from '@temporalio/activity';
import type { JsonObject } from '../contracts/json.js';
import type { PlanStep } from '../contracts/plan.js';
import type { StepOutcome, StepTask } from '../contracts/run.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { everyStep } from '../pipeline/every-step.js';
import type { Pipeline, StepFunction, WorkAround } from '../pipeline/pipeline.js';
import type { StageOperation, StepLog } from '../pipeline/step-context.js';
import type { SecretProvider } from '../secrets/provider.js';
import type { ObjectStore } from '../store/port.js';
import { machineCores } from './hold-cores.js';
import { readHeartbeat } from './heartbeats.js';
import type { QueueDevices } from './worker-queues.js';
import { runStep, type StepSurroundings, type StepWork } from './run-step.js';
import { cachingOf } from './step-caching.js';
import { createTemporalDoor } from './temporal-door.js';

/** Operations of the stages by kind and name; each takes its own configuration and inputs. */
export type StageOperations = {
  readonly [kind: string]: { readonly [operation: string]: StageOperation<never, never, unknown, never> };
};

/** What a worker lends to the steps that it takes. */
export type WorkerServices = { readonly secrets?: SecretProvider | undefined; readonly devices?: QueueDevices };

type StepActivity = (task: StepTask) => Promise<StepOutcome>;

/** Temporal's, of 1 to 5. */
const DEFAULT_PRIORITY = 3;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 30_000;

/** The activities of a pipeline by type: `<pipeline>.<step>` for the main operation of a step, `<pipeline>.<step>.<operation>` for others. */
export function stepActivities(
  pipeline: Pipeline,
  operations: StageOperations,
  objects: ObjectStore,
  services: WorkerServices = {},
): Map<string, StepActivity> {
  const entries = everyStep(pipeline.plan.steps).flatMap((step) =>
    workOf(pipeline, step, operations).map(([operation, work]): [string, StepActivity] => {
      const type = operation === step.kind ? `${pipeline.name}.${step.id}` : `${pipeline.name}.${step.id}.${operation}`;
      const caching = cachingOf(pipeline, step, operation);
      return [type, (task) => runStep(task, work, { ...activitySurroundings(objects, task, services), caching })];
    }),
  );
  return new Map(entries);
}

/** The code of each operation of a step. A gate has none. */
export function workOf(
  pipeline: Pick<Pipeline, 'name' | 'functions' | 'around'>,
  step: PlanStep,
  operations: StageOperations,
): [string, StepWork][] {
  const around: WorkAround = pipeline.around ?? ((_operation, work) => work);
  return ownWorkOf(pipeline, step, operations).map(([operation, work]) => [
    operation,
    around({ step: step.id, kind: step.kind, operation }, work),
  ]);
}

function ownWorkOf(
  pipeline: Pick<Pipeline, 'name' | 'functions'>,
  step: PlanStep,
  operations: StageOperations,
): [string, StepWork][] {
  if (step.kind === 'gate') return [];
  if (step.kind === 'step' || step.double === true)
    return [[step.kind, customWork(pipeline.functions.get(step.id), pipeline, step)]];
  return Object.entries(operations[step.kind] ?? {}).map(([name, operation]) => [name, stageWork(operation)]);
}

function customWork(run: StepFunction | undefined, pipeline: Pick<Pipeline, 'name' | 'functions'>, step: PlanStep): StepWork {
  if (run !== undefined) return (task, context) => run(task.inputs, context);
  throw new PipelineError('EXECUTION_UNKNOWN_STEP', {
    what: `step "${step.id}" has no function`,
    where: `pipeline ${pipeline.name}`,
    expected: `a function for every custom step`,
    received: `functions for ${[...pipeline.functions.keys()].join(', ') || 'none'}`,
  });
}

/** The plan was checked when it was defined: its configuration has the shape that the stage of its kind takes. */
function stageWork(operation: StageOperation<never, never, unknown, never>): StepWork {
  return (task, context) =>
    operation({ config: task.config as never, inputs: task.inputs as never, arguments: task.arguments as never }, context);
}

/** Surroundings of the activity that runs now. */
export function activitySurroundings(objects: ObjectStore, task: StepTask, services: WorkerServices = {}): StepSurroundings {
  const { secrets, devices } = services;
  const { info, client, cancellationSignal, log } = Context.current();
  const context = Context.current();
  const { run, activityId = info.activityId } = task;
  const fields = { pipeline: run.pipeline, workflowId: run.workflowId, activityId };
  const logAt =
    (level: keyof StepLog) =>
    (message: string, more: JsonObject = {}): void => {
      log[level](message, { ...fields, ...more });
    };
  const leases = devices?.get(info.taskQueue);
  const priority = info.priority?.priorityKey ?? DEFAULT_PRIORITY;
  return {
    activityId,
    attempt: task.attempt ?? info.attempt,
    objects,
    ...(secrets === undefined ? {} : { secrets }),
    temporal: createTemporalDoor(client, info.taskQueue),
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
