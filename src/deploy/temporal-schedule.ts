import type { ScheduleOptions } from '@temporalio/client';
import { RUN_OPTIONS_MEMO } from '../contracts/run.js';
import type { Owner, Project, TakeOver } from '../contracts/store/ownership.js';
import type { RunOptions } from '../contracts/run.js';
import { scheduleId } from '../contracts/plan/schedule.js';
import type { ScheduleSpec } from '../contracts/plan/schedule.js';
import { temporalOverlap } from './overlap.js';
import { declaredFields } from './schedule-fields.js';
import type { ScheduleFields } from './schedule-fields.js';

/** Memo key of a schedule that `perennial deploy` made, and, with what was deployed, of the runs that it starts. */
export const SCHEDULE_MEMO = 'perennialSchedule';

/** Owner of a schedule: set when it is created, never changed. */
export type ScheduleOwner = { readonly pipeline: string; readonly schedule: string };

/** What `perennial deploy` wrote last, so that a change made elsewhere is recognised. */
export type DeployedSchedule = ScheduleOwner & {
  readonly fields: ScheduleFields;
  readonly description: string | null;
  /** Absent: deployed before owners were kept. */
  readonly owner?: Owner;
};

/** Longest text that the server takes as a summary, in bytes. */
const SUMMARY_BYTES = 400;

/** A declared schedule as Temporal takes it: a stock schedule that starts the pipeline's own workflow type. */
export function temporalSchedule(
  pipeline: string,
  taskQueue: string,
  spec: ScheduleSpec,
  project?: { readonly project: Project; readonly taken?: TakeOver },
): Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'action' | 'policies' | 'memo'> {
  const id = scheduleId(pipeline, spec.name);
  const owner: ScheduleOwner = { pipeline, schedule: spec.name };
  const deployed: DeployedSchedule = {
    ...owner,
    fields: declaredFields(pipeline, taskQueue, spec),
    description: spec.description,
    ...(project === undefined ? {} : { owner: { pipeline, ...project } }),
  };
  const options: RunOptions = { author: `schedule ${id}` };
  const { timing } = spec;
  return {
    scheduleId: id,
    spec: {
      // The server keeps the text after #, and otherwise drops the expression.
      ...('cron' in timing
        ? { cronExpressions: [`${timing.cron} #${timing.cron}`] }
        : { intervals: [{ every: timing.everyMs, offset: timing.offsetMs }] }),
      timezone: spec.timezone,
      jitter: spec.jitterMs,
    },
    action: {
      type: 'startWorkflow',
      workflowType: pipeline,
      workflowId: id,
      taskQueue,
      args: [spec.parameters],
      memo: { [SCHEDULE_MEMO]: deployed, [RUN_OPTIONS_MEMO]: options, trigger: `schedule ${id}` },
      ...(spec.description === null ? {} : { staticSummary: withinBytes(spec.description) }),
    },
    policies: { overlap: temporalOverlap(spec.overlap), catchupWindow: spec.catchUpMs, pauseOnFailure: spec.pauseOnFailure },
    memo: { [SCHEDULE_MEMO]: owner },
  };
}

/** Null for a schedule that `perennial deploy` did not make. */
export function ownerOf(memo: Readonly<Record<string, unknown>> | undefined): ScheduleOwner | null {
  const owner = memo?.[SCHEDULE_MEMO];
  if (typeof owner !== 'object' || owner === null || !('pipeline' in owner) || !('schedule' in owner)) return null;
  const { pipeline, schedule } = owner;
  return typeof pipeline === 'string' && typeof schedule === 'string' ? { pipeline, schedule } : null;
}

/** Null when the action's memo was lost, as an edit elsewhere may do. */
export function deployedBefore(memo: Readonly<Record<string, unknown>> | undefined): DeployedSchedule | null {
  const owner = ownerOf(memo);
  const deployed = memo?.[SCHEDULE_MEMO];
  if (owner === null || typeof deployed !== 'object' || deployed === null || !('fields' in deployed)) return null;
  return deployed as DeployedSchedule;
}

function withinBytes(text: string): string {
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length;
  return bytes <= SUMMARY_BYTES ? text : `${text.slice(0, SUMMARY_BYTES / 4 - 1)}…`;
}
