import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineClient } from '../../client/index.js';
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import { answered } from '../answered.js';
import type { Terminal } from '../terminal.js';
import { toPipelineError } from '../to-pipeline-error.js';

/** How long a start waits for the first word of the workers; busy workers do not hold it up longer. */
const PATIENCE_MS = 5_000;

/**
 * After a start: what its worker says of it. That no worker is there is said and no error, for the run waits for one.
 * @throws PipelineError what the run failed with before it had a plan: wrong parameters, a pipeline that the worker does not have or has
 *   in another version.
 */
export async function confirmStart(
  client: PipelineClient,
  settings: ConnectionSettings,
  workflowId: string,
  terminal: Pick<Terminal, 'note'>,
): Promise<void> {
  const done = new AbortController();
  try {
    const late = sleep(PATIENCE_MS, null, { signal: done.signal, ref: false });
    late.catch(() => undefined);
    const status = await Promise.race([answered(settings, workflowId, client.status(workflowId)), late]);
    if (status === null) return;
    const { failure, remarks = [], waitingFor } = status;
    for (const remark of remarks) terminal.note(remark);
    if (waitingFor !== undefined) terminal.note(`The run waits for ${waitingFor}.`);
    if (failure === undefined) return;
    const code = Object.hasOwn(ERROR_CODES, failure.code) ? (failure.code as ErrorCode) : 'EXECUTION_RUN_FAILED';
    throw new PipelineError(code, { what: failure.message, where: `run ${workflowId}`, details: failure.details });
  } catch (error) {
    const known = await toPipelineError(error);
    if (known.code !== 'CLI_QUEUE_WITHOUT_WORKER') throw known;
    terminal.note(`The run waits: ${known.parts.what}.`);
  } finally {
    done.abort();
  }
}
