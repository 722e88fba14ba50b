import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { JsonValue } from '../contracts/json.js';
import type { StepFailure } from '../contracts/run.js';
import { messageOf } from '../errors/describe-thrown.js';
import { isPipelineError } from '../errors/pipeline-error.js';

const MAX_DEPTH = 20;

/**
 * The code, message and details behind an error of a run, an update or a start, however deep it is wrapped.
 * EXECUTION_STEP_CANCELLED for a cancellation, EXECUTION_STEP_TIMED_OUT for a time-out, EXECUTION_RUN_FAILED when nothing is coded.
 */
export function failureCode(error: unknown): StepFailure {
  const chain = causesOf(error);
  for (const link of chain) {
    if (isPipelineError(link)) return { code: link.code, message: link.message, details: link.details };
    if (link instanceof ApplicationFailure && typeof link.type === 'string' && /^[A-Z]+(_[A-Z]+)+$/.test(link.type)) {
      return { code: link.type, message: link.message, details: (link.details?.[0] ?? null) as JsonValue };
    }
  }
  const last = chain.findLast((link) => !(link instanceof WorkflowFailedError) && !(link instanceof ActivityFailure)) ?? error;
  const message = messageOf(last);
  if (last instanceof CancelledFailure) return { code: 'EXECUTION_STEP_CANCELLED', message, details: null };
  if (last instanceof TimeoutFailure) return { code: 'EXECUTION_STEP_TIMED_OUT', message, details: null };
  return { code: 'EXECUTION_RUN_FAILED', message, details: null };
}

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < MAX_DEPTH; link = causeOf(link)) chain.push(link);
  return chain;
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}
