import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { type AdmissionKind, admissionId, type AdmissionView } from '../contracts/entities/admission.js';
import type { RunStatus, StepState } from '../contracts/run.js';
import { isFailedPrecondition } from './failed-precondition.js';

const WAITS = /^(pool|pipeline) (\S+)$/;
/** An entity that goes on as new while signals come has tasks that fail and are done again; meanwhile the server says so instead of asking it. */
const BETWEEN_TASKS = 'failed state';
const PAUSE_MS = 100;
const PATIENCE_MS = 5_000;

/** A status whose waits for a pool or for the pipeline's turn say how many are before it. Asks nobody when nothing waits so. */
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

/** Null when the entity does not answer: then the place is not told. */
async function viewOf(workflow: WorkflowClient, text: string): Promise<AdmissionView | null> {
  const [, kind, name] = WAITS.exec(text) ?? [];
  if (kind === undefined || name === undefined) return null;
  return admissionView(workflow, kind as AdmissionKind, name);
}

/** Who holds a limit and who waits for it; null when nobody has asked for it yet. */
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

/** The step behind a request: ids of steps hold none of the marks that follow them in ids of activities. Empty for the run itself. */
function stepOf({ id, workflowId, runId }: { readonly id: string; readonly workflowId: string; readonly runId: string }): string {
  return id.slice(`${workflowId}/${runId}/`.length).split(/[[.~]/)[0] ?? '';
}
