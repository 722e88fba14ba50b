import { ActivityCancellationType, CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import type { Priority } from '@temporalio/common';
import type { JsonObject, JsonValue } from '../../src/contracts/json.js';
import type { PlanStep } from '../../src/contracts/plan.js';
import type { Carriage, Placement, RunIdentity, RunOrigin, StepTask, StepOutcome } from '../../src/contracts/run.js';
import { runChild, runChildAgain, takeChild } from '../starts/child-run.js';
import type { BodyRun, StepCall } from '../scope/scope-surroundings.js';
import { localActivity, queuedActivity, type StepActivity, type StepActivityOptions } from './light-step.js';
import { weightOf } from '../../src/contracts/plan/pools.js';
import { whenAdmitted } from '../starts/await-admission.js';
import { elsewhere, STEP_LIMIT_MS, wasHandedBack } from './elsewhere.js';
import { outlivingWorkers } from './lost-worker.js';
import { runOptions } from '../run/run-options.js';
import type { CallOptions, StageHost } from '../stages/stage-host.js';
import { carry, readOperands, whole } from '../scope/carriage.js';
import { cacheOf } from './step-cache.js';

export type HostedStep = StepCall & {
  readonly run: RunIdentity;
  readonly parameters: JsonObject;
  /** Absent: on the queue of the workflow. */
  readonly placement?: Placement;
  /** Absent: what the step takes and gives is carried whole. */
  readonly carriage?: Carriage;
  /** As in `ReusedResults`. */
  readonly earlier?: readonly RunOrigin[];
  /** Among the tasks that wait for the same workers; absent: as the workflow itself. */
  readonly priority?: Priority;
};

const DEFAULT_PRIORITY = 3;
const MAX_SUMMARY_LENGTH = 120;

/** The host of a step that runs in a workflow: every `call` is an activity of type `<pipeline>.<step>[.<operation>]`. */
export function createActivityHost(hosted: HostedStep): StageHost {
  const { run, step, config, inputs } = hosted;
  return {
    config,
    inputs,
    workflowId: run.workflowId,
    call: (operation, operationArguments, options) => callOperation(hosted, operation, operationArguments ?? {}, options ?? {}),
    runBody: bodiesOf(hosted),
    runChild: (input) => {
      const workflowId = `${run.workflowId}/${instanceName(hosted)}`;
      hosted.called(workflowId);
      const start = (): Promise<JsonValue> =>
        hosted.ownerRound > 0 ? runChildAgain(input, workflowId, hosted.called) : runChild(input, workflowId);
      // A person who lets a call try again wants a new run.
      if (hosted.earlier === undefined || hosted.round > 0) return start();
      return takeChild({ ...input, call: `${step.id}${hosted.instance}`, earlier: hosted.earlier }, hosted.called, start);
    },
    count: hosted.count,
    readOperands,
    whole,
    sleep: (ms) => sleep(ms, { summary: `${step.id}: wait` }),
    now: () => Date.now(),
    describe: hosted.describe,
    shielded: (work) => CancellationScope.nonCancellable(work),
  };
}

/** Starts runs of the step's body, and cancels those under way when the step is cancelled. */
function bodiesOf({ openBody }: HostedStep): StageHost['runBody'] {
  const open = new Set<BodyRun>();
  let watching = false;
  return (input) => {
    const body = openBody(input);
    open.add(body);
    if (!watching) {
      watching = true;
      CancellationScope.current().cancelRequested.catch(() => {
        for (const other of open) other.cancel();
      });
    }
    const done = body.run();
    const close = (): void => {
      open.delete(body);
    };
    done.then(close, close);
    return {
      done,
      cancel: () => {
        body.cancel();
      },
    };
  };
}

/** Promises are dear in a workflow, where Temporal keeps a stack of each: here and below there is one where it does. */
function callOperation(
  hosted: HostedStep,
  operation: string,
  operationArguments: JsonObject,
  { occurrence = 0, part = '', local }: CallOptions,
): Promise<JsonValue> {
  const { run, step, instance, config, inputs, parameters } = hosted;
  const type = activityType(run.pipeline, step, operation);
  const isLocal = step.light === true || local === true;
  const id = activityId(hosted, operation, part === '' ? (occurrence === 0 ? '' : `${occurrence}`) : part);
  const options: StepActivityOptions = {
    activityId: id,
    ...(hosted.placement === undefined ? {} : { taskQueue: hosted.placement.taskQueue }),
    ...(hosted.priority === undefined ? {} : { priority: hosted.priority }),
    startToCloseTimeout: step.timeoutMs,
    heartbeatTimeout: step.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      maximumAttempts: step.retry.maximumAttempts,
      initialInterval: step.retry.initialIntervalMs,
      backoffCoefficient: step.retry.backoffCoefficient,
      maximumInterval: step.retry.maximumIntervalMs,
    },
    summary: summaryOf(hosted, operation, occurrence),
  };
  const task: StepTask = {
    run,
    step: step.id,
    kind: step.kind,
    operation,
    occurrence,
    config,
    inputs,
    parameters: isLocal ? parameters : (hosted.carriage?.parameters ?? parameters),
    arguments: operationArguments,
    ...(instance === '' ? {} : { instance }),
    ...cacheOf(step, runOptions()),
    ...(isLocal ? { activityId: recordName(hosted, id) } : {}),
    ...(hosted.ownerRound > 0 && step.kind !== 'map' ? { again: true } : {}),
    ...(step.live === undefined ? {} : { live: step.live }),
    workflowQueue: workflowInfo().taskQueue,
    ...(Object.keys(step.resources).length === 0 ? {} : { resources: step.resources }),
  };
  const attemptsOf = (activity: StepActivity, carried: StepTask) => (): Promise<StepOutcome> =>
    outlivingWorkers(step.retry.maximumAttempts, (losses) => activity(losses === 0 ? carried : { ...carried, again: true }));
  const activity = isLocal ? localActivity(type, options, step.retry) : queuedActivity(type, options);
  const runTask = (carried: StepTask): Promise<StepOutcome> =>
    isLocal ? attemptsOf(activity, carried)() : inPool(hosted, id, attemptsOf(activity, carried));
  const end = (outcome: StepOutcome): JsonValue => {
    hosted.record(outcome);
    return outcome.result;
  };
  return carry(task, hosted.carriage, isLocal, runTask).then(end, (error: unknown) => {
    // In the handler itself: any other failure must not take longer than it did, or runs under way would not replay.
    if (!wasHandedBack(error)) throw error;
    // Else it would go straight to the worker that has just handed it back.
    const queued = queuedActivity(type, { ...options, allowEagerDispatch: false });
    const runQueued = (carried: StepTask): Promise<StepOutcome> => inPool(hosted, id, attemptsOf(queued, carried));
    const queuedTask: StepTask = { ...task, parameters: hosted.carriage?.parameters ?? parameters };
    const search = {
      what: `the step "${type}"`,
      code: 'EXECUTION_NO_WORKER',
      limitMs: STEP_LIMIT_MS,
      describe: hosted.describe,
    } as const;
    return elsewhere(search, error, () => carry(queuedTask, hosted.carriage, false, runQueued)).then(end);
  });
}

/** Only pools with a limit are asked for room. */
function inPool(hosted: HostedStep, id: string, attempts: () => Promise<StepOutcome>): Promise<StepOutcome> {
  const { placement, priority, step, describe } = hosted;
  if (placement?.limit === undefined) return attempts();
  const { pool, limit } = placement;
  const order = { priority: priority?.priorityKey ?? DEFAULT_PRIORITY, team: priority?.fairnessKey ?? '' };
  return whenAdmitted(
    { kind: 'pool', name: pool, limit, part: id, weight: weightOf(step.resources), ...order, describe },
    attempts,
  );
}

/** The main operation of a step bears the name of its kind and adds nothing to the type. */
function activityType(pipeline: string, step: PlanStep, operation: string): string {
  return operation === step.kind ? `${pipeline}.${step.id}` : `${pipeline}.${step.id}.${operation}`;
}

function activityId(hosted: HostedStep, operation: string, repeat: string): string {
  const { step, instance } = hosted;
  const part = operation === step.kind ? '' : `.${operation}`;
  return `${step.id}${instance}${part}${repeat === '' ? '' : `[${repeat}]`}${roundName(hosted)}`;
}

/** What a local activity is recorded as. A map inside of what is tried again publishes other pages than before. */
function recordName({ step, ownerRound }: HostedStep, id: string): string {
  return step.kind === 'map' && ownerRound > 0 ? `${id}~again-${ownerRound}` : id;
}

/** A step of a run as part of an id: `train`, `train[3]`, `train[3]~2` in its second round. */
function instanceName(hosted: HostedStep): string {
  return `${hosted.step.id}${hosted.instance}${roundName(hosted)}`;
}

function roundName({ round }: HostedStep): string {
  return round === 0 ? '' : `~${round + 1}`;
}

function summaryOf({ step, instance }: HostedStep, operation: string, occurrence: number): string {
  const text = step.description ?? (operation === step.kind ? step.kind : `${step.kind}: ${operation}`);
  return `${text}${instance === '' ? '' : ` ${instance}`}${occurrence === 0 ? '' : ` [${occurrence}]`}`.slice(
    0,
    MAX_SUMMARY_LENGTH,
  );
}
