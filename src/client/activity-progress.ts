import { type Connection, defaultPayloadConverter, type WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { JsonObject, JsonValue } from '../contracts/json.js';
import { pollersOf } from '../temporal/queue-pollers.js';

const { TaskQueueType, PendingActivityState } = proto.temporal.api.enums.v1;

/** Progress of an activity that is under way; `done` and `total` are null before it told any. `total` 0 = unknown. */
export type ActivityProgress = {
  readonly activityId: string;
  readonly attempt: number;
  readonly done: number | null;
  readonly total: number | null;
  readonly note: string | null;
  /** Message of the attempt before, when that failed. */
  readonly lastFailure: string | null;
  /** What keeps it from working, in words: `gpu-a100 (no worker)`, `2 devices`; null when it works, or waits for a free worker. */
  readonly waitingFor: string | null;
  /** Ids of the devices that it holds. */
  readonly devices: readonly string[];
};

/** What the activities of a run have told by heartbeat, and whether anybody is there for those that nobody has taken. */
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
      const pollers = await pollersOf(connection, namespace, queue, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
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
    };
  });
}

function field(value: JsonValue, name: string): JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? ((value as JsonObject)[name] ?? null) : null;
}

const isNamed = (queue: string): boolean => queue !== '';
const numberOf = (value: JsonValue): number | null => (typeof value === 'number' ? value : null);
const textOf = (value: JsonValue): string | null => (typeof value === 'string' ? value : null);
const textsOf = (value: JsonValue): string[] => (Array.isArray(value) ? value.filter((part) => typeof part === 'string') : []);
