import { Client, ScheduleNotFoundError } from '@temporalio/client';
import type { ScheduleHandle } from '@temporalio/client';
import { PipelineError } from '../errors/pipeline-error.js';
import type { DeployTarget } from './deploy.js';
import { describedFields } from './schedule-fields.js';
import { ownerOf } from './temporal-schedule.js';

export type ScheduleSummary = {
  readonly id: string;
  readonly pipeline: string;
  /** Made by `perennial deploy`. */
  readonly ours: boolean;
  readonly when: string;
  readonly timezone: string;
  readonly paused: boolean;
  readonly note: string | null;
  /** ISO; null when it is paused for good or has no next moment. */
  readonly next: string | null;
  readonly last: { readonly at: string; readonly workflowId: string } | null;
  /** Workflow ids of runs under way. */
  readonly running: readonly string[];
  readonly skipped: number;
  readonly missed: number;
};

/** The schedules of a namespace that are ours; all of them with `all`. */
export async function listSchedules(target: DeployTarget, all: boolean): Promise<readonly ScheduleSummary[]> {
  const { schedule } = new Client(target);
  const found: ScheduleSummary[] = [];
  for await (const { scheduleId: id, memo } of schedule.list()) {
    if (!all && ownerOf(memo) === null) continue;
    try {
      const description = await schedule.getHandle(id).describe();
      const { when, timezone, pipeline } = describedFields(description);
      const { state, info } = description;
      const last = info.recentActions.at(-1);
      found.push({
        id,
        pipeline,
        ours: ownerOf(description.memo) !== null,
        when,
        timezone,
        paused: state.paused,
        note: state.note === undefined || state.note === '' ? null : state.note,
        next: info.nextActionTimes[0]?.toISOString() ?? null,
        last: last === undefined ? null : { at: last.takenAt.toISOString(), workflowId: last.action.workflow.workflowId },
        running: info.runningActions.map(({ workflow }) => workflow.workflowId),
        skipped: info.numActionsSkippedOverlap,
        missed: info.numActionsMissedCatchupWindow,
      });
    } catch (error) {
      // Deleted between the two calls.
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  return found.sort((one, other) => (one.id < other.id ? -1 : 1));
}

/**
 * Does something to one schedule.
 * @throws PipelineError `SCHEDULES_NOT_FOUND` listing ours.
 */
export async function withSchedule(
  target: DeployTarget,
  id: string,
  work: (handle: ScheduleHandle) => Promise<void>,
): Promise<void> {
  try {
    await work(new Client(target).schedule.getHandle(id));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    const known = (await listSchedules(target, false)).map((schedule) => schedule.id);
    throw new PipelineError('SCHEDULES_NOT_FOUND', {
      what: `no schedule "${id}"`,
      where: `namespace ${target.namespace}`,
      expected: known.length === 0 ? 'there are none of ours' : `one of ${known.join(', ')}`,
      details: { known },
      cause: error,
    });
  }
}
