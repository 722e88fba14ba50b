import { PipelineError } from '../../errors/pipeline-error.js';
import type { StepContext, TemporalDoor } from '../../pipeline/step-context.js';
import type { StepControl } from '../../pipeline/step-control.js';
import type { AttemptDesk } from '../step/attempt/attempt-desk.js';
import type { OrdersNow, Request, Word } from './messages.js';

/** Passes on what a step says from its process. */
export function hearWord(word: Word, context: StepContext, desk: AttemptDesk): void {
  switch (word.kind) {
    case 'log':
      context.log[word.level](word.message, word.fields);
      return;
    case 'output':
      context.output(word.source, word.line);
      return;
    case 'progress':
      context.progress(word.done, word.total, word.note);
      return;
    case 'metric':
      context.metric(word.name, word.value);
      return;
    case 'scratch':
      desk.scratch.made();
      return;
    case 'waits':
      desk.waits(word.for);
      return;
    case 'works':
      desk.works();
  }
}

/** Does for a step what its process cannot do by itself. */
export async function answerRequest(
  request: Request,
  context: StepContext,
  save: () => Promise<Uint8Array | null>,
): Promise<unknown> {
  switch (request.kind) {
    case 'checkpoint':
      return context.checkpoint(request.bytes);
    case 'restore':
      return context.restore();
    case 'checkpointFolder':
      return context.checkpointFolder(request.path);
    case 'restoreFolder':
      return context.restoreFolder(request.path);
    case 'between':
      return context.control.between(save);
    case 'temporal':
      return callTemporal(context.temporal, request.method, request.given);
  }
}

export function ordersOf({ takesOrders, pauseRequested, stopRequested, values }: StepControl): OrdersNow {
  return { takesOrders, pauseRequested, stopRequested, values: { ...values } };
}

async function callTemporal(temporal: TemporalDoor | null, method: string, given: readonly unknown[]): Promise<unknown> {
  const member: unknown = temporal === null ? undefined : Reflect.get(temporal, method);
  if (typeof member === 'function') return Reflect.apply(member, temporal, given);
  throw new PipelineError('EXECUTION_STEP_FAILED', { what: `a step asked Temporal for "${method}", which is not offered` });
}
