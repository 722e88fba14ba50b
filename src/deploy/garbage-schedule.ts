import { Client, ScheduleAlreadyRunning } from '@temporalio/client';
import { belongsToOther, ownerInWords } from '../contracts/store/ownership.js';
import { GARBAGE_WORKFLOW, type GarbageOptions } from '../contracts/store/garbage.js';
import { scheduleId } from '../contracts/plan/schedule.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { cronProblem } from '../pipeline/schedule/cron.js';
import type { DeployedFor, DeployTarget } from './deploy.js';
import { deployedBefore, temporalSchedule } from './temporal-schedule.js';

const CATCH_UP_MS = 3_600_000;

export type GarbageSchedule = {
  readonly cron: string;
  readonly timezone: string;
  readonly options: GarbageOptions;
  readonly owner: DeployedFor;
};

/**
 * Lets the workers of the target's queue clean their store at these times; what was deployed for the queue before is replaced. Gives the id of the
 * schedule.
 * @throws PipelineError `SCHEDULES_OWNED_ELSEWHERE` when that was of another store, unless it is taken over; `CLI_USAGE` for a cron expression or time zone that Temporal and we do not read alike.
 */
export async function deployGarbageSchedule(
  target: DeployTarget,
  { cron, timezone, options, owner }: GarbageSchedule,
): Promise<string> {
  const problem = cronProblem(cron, timezone);
  if (problem !== null) throw new PipelineError('CLI_USAGE', { what: problem, where: '--schedule' });
  const { schedule } = new Client(target);
  const { olderThanMs, keepRunsMs } = options;
  const wanted = temporalSchedule(
    GARBAGE_WORKFLOW,
    target.taskQueue,
    {
      name: target.taskQueue,
      timing: { cron },
      timezone,
      jitterMs: 0,
      overlap: 'skip',
      catchUpMs: CATCH_UP_MS,
      pauseOnFailure: false,
      description: 'removes from the store what nothing can reach any more',
      parameters: { ...(olderThanMs === undefined ? {} : { olderThanMs }), ...(keepRunsMs === undefined ? {} : { keepRunsMs }) },
    },
    owner,
  );
  const id = scheduleId(GARBAGE_WORKFLOW, target.taskQueue);
  try {
    await schedule.create(wanted);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await schedule.getHandle(id).update(({ state, action }) => {
      const present = deployedBefore(action.memo)?.owner;
      if (present !== undefined && owner.taken === undefined && belongsToOther(present, { project: owner.project }))
        throw new PipelineError('SCHEDULES_OWNED_ELSEWHERE', {
          what: `${id} cleans another store: it belongs to ${ownerInWords(present)}`,
          where: `namespace ${target.namespace}, asked for by the store ${owner.project.store}`,
          expected: 'a task queue of your own (`--task-queue`), another namespace, or `--take-over "why"`',
          details: { schedules: [id] },
        });
      return { spec: wanted.spec, action: wanted.action, policies: wanted.policies ?? {}, state };
    });
  }
  return id;
}
