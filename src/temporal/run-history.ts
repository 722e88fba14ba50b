import type { temporal } from '@temporalio/proto';
import { type JsonObject, type JsonValue, isJsonObject } from '../contracts/json.js';
import type { Plan } from '../contracts/plan.js';

type Event = temporal.api.history.v1.IHistoryEvent;
type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

/** An activity of a run as its history has it; of a local one only that it has ended. */
export type RecordedActivity = {
  readonly type: string;
  /** Of ours the step and its instance; absent: of a local activity, to which Temporal gives a number. */
  readonly id?: string;
  readonly state: 'open' | 'completed' | 'failed';
  /** Set for a completed activity. */
  readonly result?: JsonValue;
};

/** What the history of a run tells without anybody who would carry it on. */
export type RunHistory = {
  /** Null before the run has read it. */
  readonly plan: Plan | null;
  readonly parameters: JsonObject;
  readonly activities: readonly RecordedActivity[];
  /** Why a workflow task failed last; null when none has since one was completed. */
  readonly taskFailure: string | null;
  /** Why the run was failed, timed out or terminated; null when it was not. */
  readonly end: { readonly code: string | null; readonly message: string } | null;
};

/** Reads the events of a run, in order. */
export function readRunHistory(events: readonly Event[]): RunHistory {
  const activities = new Map<string, RecordedActivity>();
  let pinned: { readonly plan: Plan; readonly parameters?: JsonObject } | null = null;
  let taskFailure: string | null = null;
  let end: RunHistory['end'] = null;
  const ended = (scheduled: unknown, state: 'completed' | 'failed', result?: JsonValue): void => {
    const key = String(scheduled);
    const before = activities.get(key);
    if (before !== undefined) activities.set(key, { ...before, state, ...(result === undefined ? {} : { result }) });
  };
  for (const event of events) {
    const key = String(event.eventId);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled != null)
      activities.set(key, { type: scheduled.activityType?.name ?? '', id: scheduled.activityId ?? '', state: 'open' });
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed != null) {
      const result = valueIn(completed.result);
      ended(completed.scheduledEventId, 'completed', result);
      pinned ??= planIn(result);
    }
    for (const lost of [
      event.activityTaskFailedEventAttributes,
      event.activityTaskTimedOutEventAttributes,
      event.activityTaskCanceledEventAttributes,
    ])
      if (lost != null) ended(lost.scheduledEventId, 'failed');
    const details = event.markerRecordedEventAttributes?.details;
    if (details != null) {
      const result = valueIn(details['result']);
      const about = valueIn(details['data']);
      pinned ??= planIn(result);
      const type = isJsonObject(about) ? about['activity_type'] : undefined;
      if (typeof type === 'string')
        activities.set(key, { type, state: 'completed', ...(result === undefined ? {} : { result }) });
    }
    if (event.workflowTaskCompletedEventAttributes != null) taskFailure = null;
    const failedTask = event.workflowTaskFailedEventAttributes;
    if (failedTask != null) taskFailure = failedTask.failure?.message ?? 'for no stated reason';
    end ??= endOf(event);
  }
  return {
    plan: pinned?.plan ?? null,
    parameters: pinned?.parameters ?? {},
    activities: [...activities.values()],
    taskFailure,
    end,
  };
}

function endOf(event: Event): RunHistory['end'] {
  const failed = event.workflowExecutionFailedEventAttributes?.failure;
  if (failed != null)
    return { code: failed.applicationFailureInfo?.type ?? null, message: failed.message ?? 'for no stated reason' };
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated != null) {
    const { reason, identity } = terminated;
    return { code: null, message: `it was terminated by ${identity ?? 'somebody'}: ${reason ?? 'no reason given'}` };
  }
  return event.workflowExecutionTimedOutEventAttributes == null ? null : { code: null, message: 'its time ran out' };
}

/** Undefined for nothing, and for what is no JSON, such as values that were encrypted. */
function valueIn(payloads: Payloads): JsonValue | undefined {
  const data = payloads?.payloads?.[0]?.data;
  if (data == null || data.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(data).toString('utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The plan is in what `resolvePlan` gave. */
function planIn(value: JsonValue | undefined): { readonly plan: Plan; readonly parameters?: JsonObject } | null {
  const plan = isJsonObject(value) ? value['plan'] : undefined;
  return isJsonObject(plan) && 'formatVersion' in plan ? (value as unknown as { readonly plan: Plan }) : null;
}
