import type { Context } from '@temporalio/activity';
import { type WorkflowClient, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import type { JsonValue } from '../../contracts/json.js';
import type { RunOrigin } from '../../contracts/run.js';
import type { CalledRun, CallSearch } from '../../contracts/system.js';
import { takeHold } from '../../store/claims/holds.js';
import { canonicalJson } from '../../store/json/canonical-json.js';
import type { ObjectStore } from '../../store/port.js';
import { findReferences } from '../../store/values/find-references.js';
import { MOST_ROUNDS, roundOf } from './called-run.js';

/** Shards of maps inside each other that lie between a run and a run that it called. */
const MOST_SHARDS_AROUND = 5;
const POLL_MS = 1_000;

/** What the search needs of the activity that it runs in. */
export type Waiting = Pick<Context, 'cancellationSignal' | 'cancellationDetails' | 'heartbeat'> & {
  readonly client: { readonly workflow: WorkflowClient };
};

/**
 * The run that the same call of an earlier run started, when it succeeded: same pipeline, equal parameters. The one of the newest earlier run
 * that has any. Waits for one that is still under way, so that no two do the same work at once; a request to cancel is passed on to it.
 * Null when none has succeeded, or the server has forgotten them.
 */
export async function takeCalledRun(search: CallSearch, waiting: Waiting, objects: ObjectStore): Promise<CalledRun | null> {
  for (const earlier of search.earlier) {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const id = roundOf(`${earlier.workflowId}/${search.call}`, round);
      const found = await describe(waiting.client.workflow, id);
      if (found === null) break;
      if (!(await isCallOf(waiting.client.workflow, found, earlier)) || !(await isSame(waiting.client.workflow, found, search)))
        continue;
      if ((await endOf(waiting, found)) !== 'COMPLETED') continue;
      const handle = waiting.client.workflow.getHandle(id, found.runId);
      const end = ((await handle.result()) as JsonValue | undefined) ?? null;
      await takeHold(objects, [...new Set(findReferences(end, 'end').map(({ ref }) => ref.id))]);
      return { workflowId: id, end };
    }
  }
  return null;
}

async function describe(
  workflow: WorkflowClient,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** A later run under the same workflow id may have called runs of the same names. */
async function isCallOf(workflow: WorkflowClient, called: WorkflowExecutionDescription, earlier: RunOrigin): Promise<boolean> {
  let parent = called.parentExecution;
  for (let shards = 0; parent !== undefined && shards <= MOST_SHARDS_AROUND; shards++) {
    if (parent.workflowId === earlier.workflowId) return parent.runId === earlier.runId;
    const around = await describe(workflow, parent.workflowId ?? '', parent.runId ?? undefined);
    parent = around?.parentExecution;
  }
  return false;
}

async function isSame(
  workflow: WorkflowClient,
  { type, workflowId, runId }: WorkflowExecutionDescription,
  { pipeline, parameters }: CallSearch,
): Promise<boolean> {
  if (type !== pipeline) return false;
  const { history } = await workflow.workflowService.getWorkflowExecutionHistory({
    namespace: workflow.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (payload === undefined) return false;
  return canonicalJson(defaultPayloadConverter.fromPayload<JsonValue>(payload)) === canonicalJson(parameters);
}

/** The name of the status in which the run ended. */
async function endOf(waiting: Waiting, { workflowId, runId, status }: WorkflowExecutionDescription): Promise<string> {
  const handle = waiting.client.workflow.getHandle(workflowId, runId);
  const { cancellationSignal: signal } = waiting;
  let state: string = status.name;
  let isPassedOn = false;
  while (state === 'RUNNING') {
    waiting.heartbeat();
    if (signal.aborted) {
      if (waiting.cancellationDetails?.cancelRequested !== true) throw new Error('the worker that waited for a called run stops');
      if (!isPassedOn) await handle.cancel();
      isPassedOn = true;
    }
    await pause(isPassedOn ? null : signal);
    state = (await handle.describe()).status.name;
  }
  if (signal.aborted) throw new CancelledFailure(`run "${workflowId}" was waited for`);
  return state;
}

/** Ends early when the signal does. */
function pause(signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, POLL_MS);
    signal?.addEventListener('abort', end);
  });
}
