import type { Client } from '@temporalio/client';
import { contentIdsIn, runIdsIn } from '../store/artifacts/content-ids.js';

/** The open workflows of the server. */
export interface OpenRuns {
  readonly workflowIds: ReadonlySet<string>;
  /** Everything in their histories, and in the parameters of schedules, that may be the id of an artifact, the hash of an object or the id of a run. */
  readonly mentioned: ReadonlySet<string>;
}

const AT_ONCE = 8;
const OPEN = 'ExecutionStatus = "Running"';
const GRPC_NOT_FOUND = 5;

/** Reads the histories of all open workflows of the client's namespace. Errors of the server are thrown as they are. */
export async function openRuns(client: Client): Promise<OpenRuns> {
  const workflowIds = new Set<string>();
  const mentioned = new Set<string>();
  const note = (value: unknown): void => {
    for (const text of textsIn(value)) for (const id of [...contentIdsIn(text), ...runIdsIn(text)]) mentioned.add(id);
  };
  let pending: Promise<void>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: OPEN })) {
    workflowIds.add(workflowId);
    pending.push(
      unlessGone(async () => {
        note(await client.workflow.getHandle(workflowId, runId).fetchHistory());
      }),
    );
    if (pending.length < AT_ONCE) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  for await (const { scheduleId } of client.schedule.list())
    await unlessGone(async () => {
      note((await client.schedule.getHandle(scheduleId).describe()).raw);
    });
  return { workflowIds, mentioned };
}

/** All texts of a message of the server, in its payloads too. */
function* textsIn(value: unknown): Generator<string, void, undefined> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) yield* textsIn(member);
}

/** A workflow that was deleted meanwhile is not open. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isGone = typeof error === 'object' && error !== null && 'code' in error && error.code === GRPC_NOT_FOUND;
    const isNotFound = error instanceof Error && error.name.endsWith('NotFoundError');
    if (!isGone && !isNotFound) throw error;
  }
}
