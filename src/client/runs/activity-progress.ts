import { type Connection, defaultPayloadConverter, type WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { type JsonValue, isPlainObject } from '../../contracts/json.js';
import { pollersOf } from '../../temporal/queue-pollers.js';

const { PendingActivityState } = proto.temporal.api.enums.v1;

/** Progress of a running activity. `done` and `total` are null before its first report; a `total` of 0 is unknown. */
export type ActivityProgress = {
  readonly activityId: string;
  readonly attempt: number;
  readonly done: number | null;
  readonly total: number | null;
  readonly note: string | null;
  /** Message of the previous attempt, when it failed. */
  readonly lastFailure: string | null;
  /** What the activity waits for, in words: `gpu-a100 (no worker)`, `2 devices`. Null while it runs or waits for a free worker. */
  readonly waitingFor: string | null;
  /** Ids of the devices that the activity holds. */
  readonly devices: readonly string[];
  /** Set while the task waits in its queue: the queue's name, and whole seconds since the task was scheduled. */
  readonly queued?: { readonly queue: string; readonly seconds: number } | null;
  /** Use of the worker's process at the last heartbeat: `cpuPercent`, where 100 is one core, and resident memory. */
  readonly process?: { readonly cpuPercent: number; readonly rssMiB: number } | null;
};

/** Reads the heartbeats of a run's activities and, for activities that still wait in a queue, whether a worker polls it. */
export async function readProgress(
  connection: Connection,
  namespace: string,
  handle: WorkflowHandle,
): Promise<ActivityProgress[]> {
  const { raw } = await handle.describe();
  const activities = raw.pendingActivities ?? [];
  const untaken = activities.filter(({ state }) => state === PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED);
  const queues = [...new Set(untaken.map(({ activityOptions }) => activityOptions?.taskQueue?.name ?? ''))].filter(isNamed);
  const deserted = new Set<string>();
  await Promise.all(
    queues.map(async (queue) => {
      const pollers = await pollersOf(connection, namespace, queue, 'activity');
      if (pollers.length === 0) deserted.add(queue);
    }),
  );
  return activities.map((activity) => {
    const [payload] = activity.heartbeatDetails?.payloads ?? [];
    const details = payload === undefined ? null : defaultPayloadConverter.fromPayload<JsonValue>(payload);
    const progress = field(details, 'progress');
    const queue = activity.activityOptions?.taskQueue?.name ?? '';
    const alone = untaken.includes(activity) && deserted.has(queue);
    const taken = !untaken.includes(activity);
    return {
      activityId: activity.activityId ?? '',
      attempt: activity.attempt ?? 1,
      done: numberOf(field(progress, 'done')),
      total: numberOf(field(progress, 'total')),
      note: textOf(field(progress, 'note')),
      lastFailure: activity.lastFailure?.message ?? null,
      waitingFor: alone ? `${queue} (no worker)` : taken ? textOf(field(details, 'waitingFor')) : null,
      devices: taken ? textsOf(field(details, 'devices')) : [],
      queued: taken || alone ? null : queuedSince(queue, activity.scheduledTime),
      process: taken ? usageIn(field(details, 'process')) : null,
    };
  });
}

function field(value: JsonValue, name: string): JsonValue {
  return isPlainObject(value) ? (value[name] ?? null) : null;
}

type Timestamp = NonNullable<Parameters<typeof tsToMs>[0]>;

/** Null for less than a second. A retry that is not due yet waits for its time, not in the queue. */
function queuedSince(queue: string, since: Timestamp | null | undefined): NonNullable<ActivityProgress['queued']> | null {
  const seconds = since === null || since === undefined ? 0 : Math.floor((Date.now() - tsToMs(since)) / 1_000);
  return seconds < 1 ? null : { queue, seconds };
}

function usageIn(value: JsonValue): NonNullable<ActivityProgress['process']> | null {
  const [cpuPercent, rssMiB] = [numberOf(field(value, 'cpuPercent')), numberOf(field(value, 'rssMiB'))];
  return cpuPercent === null || rssMiB === null ? null : { cpuPercent, rssMiB };
}

const isNamed = (queue: string): boolean => queue !== '';
const numberOf = (value: JsonValue): number | null => (typeof value === 'number' ? value : null);
const textOf = (value: JsonValue): string | null => (typeof value === 'string' ? value : null);
const textsOf = (value: JsonValue): string[] => (Array.isArray(value) ? value.filter((part) => typeof part === 'string') : []);
