import type { Info } from '@temporalio/activity';
import { workflowQueue, type WorkflowQueue } from '../contracts/plan/queues.js';
import type { StepTask } from '../contracts/run.js';

/**
 * The queue on which a step starts workflows: that of its own run, for workers of a pool carry none on. A task from before runs told their queue
 * takes the one that its worker was given.
 */
export function startQueueOfStep(
  { workflowQueue: own }: Pick<StepTask, 'workflowQueue'>,
  fallback: WorkflowQueue,
): WorkflowQueue {
  return own === undefined ? fallback : workflowQueue(own);
}

/** The queue on which an activity that no pool takes starts workflows: its own, which is that of the workflow that asked. */
export function startQueueOfWorkflow(info: Pick<Info, 'taskQueue'>): WorkflowQueue {
  // eslint-disable-next-line no-restricted-syntax -- see above
  return workflowQueue(info.taskQueue);
}
