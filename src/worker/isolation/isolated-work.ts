import type { JsonValue } from '../../contracts/json.js';
import { watchGroupMemory } from '../../command/memory/group-memory.js';
import type { StepTask } from '../../contracts/run.js';
import { reasonOf } from '../../errors/describe-thrown.js';
import { isPipelineError, PipelineError } from '../../errors/pipeline-error.js';
import type { Pipeline, StepWork } from '../../pipeline/pipeline.js';
import type { StepContext } from '../../pipeline/step-context.js';
import type { AttemptDesk, AttemptWork } from '../step/attempt/attempt-desk.js';
import { abandonment, graceOf, lateness } from '../step/attempt/leave-in-time.js';
import { answerRequest, hearWord, ordersOf } from './attempt-line.js';
import { memoryExceeded } from './memory-exceeded.js';
import { fingerprintOf } from './process-facts.js';
import { sendError } from './sent-errors.js';
import { describeEnd, ProcessLost } from './process-end.js';
import { type StepProcess } from './step-process.js';
import { BUSY_MS, type StepProcesses } from './step-processes.js';

const MIB_PER_GIB = 1024;
const HEAP_FULL = /heap out of memory|Cannot allocate memory/;

/** Steps that have ended a process of their own are not given another: they fail. */
const MOST_DEATHS = 2;

type Isolation = {
  /** False: the pipeline is an earlier version of one that was loaded again. */
  readonly isCurrent: () => boolean;
  /** Its worker has ended with it: the step is alone from the beginning, and when its process ends as well it is the step that ends it. */
  readonly isSuspect: boolean;
};

/**
 * The code of a step, run in a process of its own or in one that it shares with others. A step whose process ends under it runs again, alone;
 * if that process ends as well it is the step that ends it. A step that asks for cores, memory or devices is alone from the beginning.
 * Where the process has other code than this worker, because a file was edited meanwhile, `work` runs here; so does that of a version of the
 * pipeline that is not `isCurrent` any more.
 */
export function isolated(
  processes: StepProcesses,
  pipeline: Pipeline,
  work: StepWork,
  { isCurrent, isSuspect }: Isolation,
): AttemptWork {
  const expected = fingerprintOf(pipeline);
  return async (task, context, desk) => {
    for (let deaths = isSuspect ? 1 : 0; ;) {
      if (!isCurrent()) {
        desk.remark('the step runs inside the worker: its run began with an earlier version of its file');
        return work(task, context);
      }
      const { renewals } = processes;
      const alone = deaths > 0 || needsOwn(task);
      const process = alone ? processes.own(memoryOf(task)) : processes.shared();
      const unloadable = await differsFrom(process, expected, pipeline.name);
      if (unloadable !== null && processes.renewals > renewals) continue;
      if (unloadable !== null) {
        process.retire();
        desk.remark(`the step runs inside the worker: ${unloadable}`);
        return work(task, context);
      }
      try {
        return await runIn(process, task, context, desk);
      } catch (error) {
        if (!(error instanceof ProcessLost)) throw error;
        context.signal.throwIfAborted();
        deaths += 1;
        if (deaths === MOST_DEATHS || !desk.mayRepeat) throw lastDeath(error, deaths, task);
        desk.remark(`${error.message}; the step runs again, in a process of its own`);
      } finally {
        if (alone) processes.giveBack(process);
      }
    }
  };
}

const needsOwn = ({ resources, again }: StepTask): boolean =>
  again === true || resources?.cpu !== undefined || resources?.memoryGiB !== undefined || (resources?.gpu ?? 0) > 0;

const memoryOf = ({ resources }: StepTask): number | undefined =>
  resources?.memoryGiB === undefined ? undefined : resources.memoryGiB * MIB_PER_GIB;

/** Why the process cannot run the step; null: it can. */
async function differsFrom(process: StepProcess, expected: string, pipeline: string): Promise<string | null> {
  try {
    const found = (await process.ready).get(pipeline);
    if (found === expected) return null;
    return found === undefined ? `its file exports no pipeline ${pipeline}` : 'its file was changed since the worker was started';
  } catch (error) {
    return `its file cannot be loaded again: ${reasonOf(error)}`;
  }
}

async function runIn(process: StepProcess, task: StepTask, context: StepContext, desk: AttemptDesk): Promise<JsonValue> {
  const { signal, control } = context;
  signal.throwIfAborted();
  const { secrets, devices, attempt } = context;
  const attemptRun = process.run(
    {
      task,
      attempt,
      secrets,
      devices,
      scratch: desk.scratch.path(),
      orders: ordersOf(control),
      isPatient: desk.isPatient,
      devicesAreLent: context.devicesAreLent === true,
    },
    {
      hear: (word) => {
        hearWord(word, context, desk);
      },
      answer: (request, save) => answerRequest(request, context, save),
    },
  );
  let grace: NodeJS.Timeout | undefined;
  desk.endsByForce();
  const leave = (): void => {
    attemptRun.send({ kind: 'abort', reason: sendError(signal.reason) });
    const graceMs = graceOf(task);
    grace = setTimeout(() => {
      const message = lateness(graceMs, 'its process was ended');
      desk.remark(message);
      const error = abandonment(signal.reason, message);
      // Beside others that answer, it is left until they have ended.
      if (process.load > 1) attemptRun.giveUp(error);
      if (process.load <= 1 || process.silentMs > BUSY_MS) process.kill(error);
    }, graceMs);
  };
  const forget = control.onOrder(() => {
    attemptRun.send({ kind: 'orders', orders: ordersOf(control) });
  });
  const limit = memoryOf(task);
  const unwatch =
    limit === undefined || process.pid === undefined
      ? (): void => undefined
      : watchGroupMemory(process.pid, limit, (used) => {
          process.kill(memoryExceeded(whereOf(task), limit, used));
        });
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await attemptRun.result;
  } catch (error) {
    if (!(error instanceof ProcessLost)) throw error;
    desk.scratch.made();
    if (error.alone && isPipelineError(error.end.reason)) throw error.end.reason;
    if (error.alone && HEAP_FULL.test(error.end.lastLines)) throw memoryExceeded(whereOf(task), limit ?? null, null);
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    clearTimeout(grace);
    forget();
    unwatch();
  }
}

const whereOf = ({ step, run }: StepTask): string => `step "${step}" of ${run.pipeline}`;

function lastDeath({ end }: ProcessLost, deaths: number, task: StepTask): PipelineError {
  return new PipelineError('EXECUTION_PROCESS_LOST', {
    what: `the process of the step has ended${deaths > 1 ? ` ${deaths} times, the last time with no other step beside it` : ''}: ${describeEnd(end)}`,
    where: whereOf(task),
    details: { deaths, exitCode: end.exitCode, signal: end.signal },
  });
}
