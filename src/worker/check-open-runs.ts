import { Client } from '@temporalio/client';
import type { Connection, WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';

export type BrokenRun = {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Number of the event in the history at which the two part; null when Temporal does not say. */
  readonly event: number | null;
  readonly reason: string;
};

export type OpenRunsCheck = { readonly checked: number; readonly broken: readonly BrokenRun[] };

/**
 * Replays the history of every open workflow of a queue (runs, entities, back-fills) against a build. Reads only.
 * @param onRun - told after each one: how many so far.
 */
export async function checkOpenRuns(
  target: { readonly connection: Connection; readonly namespace: string; readonly taskQueue: string },
  bundle: WorkflowBundle,
  onRun: (checked: number) => void,
): Promise<OpenRunsCheck> {
  const { workflow } = new Client(target);
  const types = new Map<string, string>();
  const opened = new Map<string, History>();
  async function* histories(): AsyncGenerator<{ readonly workflowId: string; readonly history: unknown }> {
    const query = `ExecutionStatus = "Running" AND TaskQueue = "${target.taskQueue.replaceAll('"', '')}"`;
    for await (const { workflowId, runId, type } of workflow.list({ query })) {
      types.set(workflowId, type);
      const history = await workflow.getHandle(workflowId, runId).fetchHistory();
      opened.set(workflowId, history);
      yield { workflowId, history };
    }
  }
  const broken: BrokenRun[] = [];
  let checked = 0;
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories())) {
    checked += 1;
    onRun(checked);
    const history = opened.get(workflowId);
    opened.delete(workflowId);
    if (error === undefined) continue;
    const reason = plainReason(error.message).replace(/\s+/g, ' ').trim();
    broken.push({ workflowId, runId, type: types.get(workflowId) ?? '', event: eventIn(reason, history), reason });
  }
  return { checked, broken };
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** What the reason says inside of what the core wraps around it. */
const plainReason = (message: string): string => /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;

/** The event that the reason names: by its number, else the first one of the activity, marker or workflow that it quotes first. */
function eventIn(reason: string, history: History | undefined): number | null {
  const [, id] = /event[ _]?id:? (\d+)/i.exec(reason) ?? [];
  if (id !== undefined) return Number(id);
  const [, name] = /'([^']+)'/.exec(reason) ?? [];
  if (name === undefined) return null;
  const found = history?.events?.find(({ activityTaskScheduledEventAttributes, markerRecordedEventAttributes, ...event }) => {
    if (activityTaskScheduledEventAttributes?.activityType?.name === name) return true;
    if (event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name === name) return true;
    const details = Object.values(markerRecordedEventAttributes?.details ?? {}).flatMap(({ payloads }) => payloads ?? []);
    return details.some(({ data }) =>
      Buffer.from(data ?? [])
        .toString('utf8')
        .includes(`"${name}"`),
    );
  });
  return found?.eventId == null ? null : Number(found.eventId);
}
