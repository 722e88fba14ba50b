import { Context } from '@temporalio/activity';
import { ADMISSION_TYPE, type AdmissionAsk } from '../src/contracts/entities/admission.js';
import { startQueueOfWorkflow } from '../src/worker/start-queue.js';

/** Sends a request to the entity that admits to a pool or a pipeline; starts the entity when there is none. */
export async function askAdmission({ entity, limit, request }: AdmissionAsk): Promise<void> {
  const { client, info } = Context.current();
  await client.workflow.signalWithStart(ADMISSION_TYPE, {
    workflowId: entity,
    taskQueue: startQueueOfWorkflow(info),
    args: [{ limit }],
    signal: 'ask',
    signalArgs: [{ request, limit }],
  });
}
