import { Context } from '@temporalio/activity';
import { HANDED_BACK } from '../contracts/run/hand-back.js';
import { PipelineError } from '../errors/pipeline-error.js';
import { pollersOf } from '../temporal/queue-pollers.js';

/** Messages already logged, so that a task that returns is logged once. */
const told = new Set<string>();

/**
 * The error of a task whose code this worker does not have. Where other workers poll the queue it hands the task back to them, by a mark that
 * workflows look for; alone it fails the task for good.
 */
export async function notHere(error: PipelineError, kind: 'workflow' | 'activity'): Promise<PipelineError> {
  const { client, info, log } = Context.current();
  // eslint-disable-next-line no-restricted-syntax -- who else takes tasks of this queue, whichever it is
  const others = await pollersOf(client.connection, info.namespace, info.taskQueue, kind);
  if (others.length < 2) return error;
  if (!told.has(error.message)) {
    told.add(error.message);
    log.warn(
      `${error.message}; such tasks are handed back to the other workers of the queue. Give each set of pipelines a queue of its own.`,
    );
  }
  return new PipelineError(error.code, { ...error.parts, details: HANDED_BACK });
}
