import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { type AdmissionKind, admissionId, type AdmissionView } from '../../contracts/entities/admission.js';
import type { RunStatus, StepState } from '../../contracts/run.js';
import { isFailedPrecondition } from '../failed-precondition.js';

const WAITS = /^(pool|pipeline) (\S+)$/;
/** Text of the server's answer while the entity continues as new: a signal in between fails its workflow task once. */
const BETWEEN_TASKS = 'failed state';
const PAUSE_MS = 100;
const PATIENCE_MS = 5_000;

/** Adds the place in the queue to each wait for a pool or for the pipeline's turn. Sends no query when no step waits. */
export async function withQueuePlaces(workflow: WorkflowClient, workflowId: string, status: RunStatus): Promise<RunStatus> {
  const texts = [status.waitingFor, ...status.steps.map((step) => step.waitingFor)];
  const waits = [...new Set(texts.filter((text): text is string => typeof text === 'string' && WAITS.test(text)))];
  if (waits.length === 0) return status;
  const views = new Map(await Promise.all(waits.map(async (text) => [text, await viewOf(workflow, text)] as const)));
  const placed = (text: string, step: string): string => {
    const view = views.get(text) ?? null;
    const place = view?.queue.findIndex((request) => request.workflowId === workflowId && stepOf(request) === step) ?? -1;
    return place < 0 ? text : `${text}: ${place} before it`;
  };
  const steps = status.steps.map((step): StepState => {
    const { waitingFor } = step;
    return waitingFor !== null && views.has(waitingFor) ? { ...step, waitingFor: placed(waitingFor, step.id) } : step;
  });
  const { waitingFor } = status;
  return { ...status, steps, ...(waitingFor === undefined ? {} : { waitingFor: placed(waitingFor, '') }) };
}

/** Null when the entity does not answer. */
async function viewOf(workflow: WorkflowClient, text: string): Promise<AdmissionView | null> {
  const [, kind, name] = WAITS.exec(text) ?? [];
  if (kind === undefined || name === undefined) return null;
  return admissionView(workflow, kind as AdmissionKind, name);
}

/** Holders and waiters of a limit; null when no run has requested it yet. */
export async function admissionView(workflow: WorkflowClient, kind: AdmissionKind, name: string): Promise<AdmissionView | null> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    try {
      return await workflow.getHandle(admissionId(kind, name)).query<AdmissionView>('status');
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      if (!isFailedPrecondition(error, BETWEEN_TASKS) || Date.now() > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** The step of a request. A step id contains none of the characters that follow it in an activity id. Empty for the run itself. */
function stepOf({ id, workflowId, runId }: { readonly id: string; readonly workflowId: string; readonly runId: string }): string {
  return id.slice(`${workflowId}/${runId}/`.length).split(/[[.~]/)[0] ?? '';
}
