import { aNumber, anObject, aText } from '../errors/kinds.js';
import { checkCall } from '../errors/check-call.js';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ErrorCode } from '../errors/codes.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { StepWork, WorkAround } from '../pipeline/pipeline.js';
import type { StepContext } from '../pipeline/step-context.js';
import { sha256Hex } from '../store/hash.js';

/** Something that goes wrong in a step of a test. `step`: its id, or `<step>.<operation>`. */
export type Fault = { readonly step: string; readonly attempt: number } & (
  | { readonly fails: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean } }
  | { readonly kills: KillPoint }
);

/** Before the step's code runs, after its first checkpoint is durable, or when its code has ended but nothing is recorded yet. */
export type KillPoint = 'start' | 'checkpoint' | 'end';

/** The error that an attempt fails with. */
export interface FailureOptions {
  /** Default TESTING_INJECTED_FAULT. */
  readonly code?: ErrorCode;
  readonly message?: string;
  /** Whether the plan's retries apply. Default true. */
  readonly retryable?: boolean;
}

/** Attempt number `attempt`, from 1, of the step fails with this error instead of running. */
export function failAttempt(step: string, attempt: number, options: FailureOptions = {}): Fault {
  checkCall('failAttempt', { step, attempt, options }, { step: aText, attempt: aNumber, options: anObject });
  const {
    code = 'TESTING_INJECTED_FAULT',
    message = `attempt ${attempt} of "${step}" was made to fail`,
    retryable = true,
  } = options;
  return { step, attempt, fails: { code, message, retryable } };
}

/** Attempt number `attempt` of the step ends at once as if it had run longer than its time-out. */
export function timeOutAttempt(step: string, attempt: number): Fault {
  checkCall('timeOutAttempt', { step, attempt }, { step: aText, attempt: aNumber });
  const message = `attempt ${attempt} of "${step}" was made to time out`;
  return failAttempt(step, attempt, { code: 'EXECUTION_STEP_TIMED_OUT', message });
}

/**
 * The worker's process ends by SIGKILL when the step reaches this point; once in a run, so a worker started again with the same fault gets
 * past it. For a worker in a child process only: in the test's own process it is refused.
 */
export function killWorkerAt(step: string, options: { readonly attempt?: number; readonly point?: KillPoint } = {}): Fault {
  checkCall('killWorkerAt', { step, options }, { step: aText, options: anObject });
  return { step, attempt: options.attempt ?? 1, kills: options.point ?? 'start' };
}

/** @throws PipelineError `TESTING_NO_CHILD_PROCESS` when one of the faults would kill this process. */
export function refuseKills(faults: readonly Fault[]): void {
  const kills = faults.filter((fault) => 'kills' in fault);
  if (kills.length === 0) return;
  throw new PipelineError('TESTING_NO_CHILD_PROCESS', {
    what: `killWorkerAt(${kills.map(({ step }) => `"${step}"`).join(', ')}) would kill the process of the test`,
  });
}

export function faultsAround(faults: readonly Fault[]): WorkAround {
  return ({ step, operation, kind }, work) => {
    const names = [`${step}.${operation}`, ...(operation === kind ? [step] : [])];
    const mine = faults.filter((fault) => names.includes(fault.step));
    return mine.length === 0 ? work : faulty(mine, work);
  };
}

function faulty(faults: readonly Fault[], work: StepWork): StepWork {
  return async (task, context) => {
    const now = faults.filter(({ attempt }) => attempt === context.attempt);
    for (const fault of now) if ('fails' in fault) throw failure(fault.fails, context);
    const points = new Set(now.flatMap((fault) => ('kills' in fault ? [fault.kills] : [])));
    if (points.has('start')) killOnce(context, 'start');
    const result = await work(task, points.has('checkpoint') ? killingAtCheckpoint(context) : context);
    if (points.has('end')) killOnce(context, 'end');
    return result;
  };
}

function failure(fails: { code: ErrorCode; message: string; retryable: boolean }, context: StepContext): PipelineError {
  return new PipelineError(fails.code, {
    what: fails.message,
    where: `step "${context.step}" of ${context.run.pipeline}`,
    retryable: fails.retryable,
    details: { injected: true },
  });
}

/** Over the prototype: scratch folder and devices are made only when the step asks for them. */
function killingAtCheckpoint(context: StepContext): StepContext {
  const checkpoint: StepContext['checkpoint'] = async (bytes) => {
    await context.checkpoint(bytes);
    killOnce(context, 'checkpoint');
  };
  return Object.assign(Object.create(context) as StepContext, { checkpoint });
}

/** The worker that is started again knows of the kill by a folder that only one of them can make. */
function killOnce({ run, step }: StepContext, point: KillPoint): void {
  const name = sha256Hex(`${run.workflowId}/${run.runId}/${step}/${point}`).slice(0, 24);
  const made = mkdirSync(path.join(os.tmpdir(), `perennial-kill-${name}`, 'done'), { recursive: true });
  if (made !== undefined) process.kill(process.pid, 'SIGKILL');
}
