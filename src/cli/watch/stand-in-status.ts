import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineClient, RunStanding, RunSummary } from '../../client/index.js';
import type { RunStatus } from '../../contracts/run.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import type { ConnectionSettings } from '../../temporal/connection.js';
import { answered } from '../answered.js';
import { toPipelineError } from '../to-pipeline-error.js';

/** A worker that was killed counts as one that is there for a while, and a question to it would wait for 30 seconds. */
const PATIENCE_MS = 5_000;

type Shown = {
  readonly status: RunStatus;
  readonly summary: RunSummary;
  /** Why nobody but the server could be asked; null: a worker, or the store, has answered. */
  readonly trouble: PipelineError | null;
};

/** The status of a run, by its worker or the store; where neither answers what the server itself has of it, and why. */
export async function statusOrStanding(client: PipelineClient, settings: ConnectionSettings, run: string): Promise<Shown> {
  const done = new AbortController();
  try {
    const late = sleep(PATIENCE_MS, null, { signal: done.signal, ref: false });
    late.catch(() => undefined);
    const status = await Promise.race([answered(settings, run, client.status(run)), late]);
    if (status !== null) return { status, summary: await client.summary(run), trouble: null };
    const what = `no worker has answered for the run within ${PATIENCE_MS / 1_000} seconds`;
    return await standIn(client, run, new PipelineError('CLI_QUEUE_WITHOUT_WORKER', { what }));
  } catch (error) {
    const known = await toPipelineError(error);
    if (known.code === 'EXECUTION_RUN_NOT_FOUND' || known.code === 'TEMPORAL_UNREACHABLE') throw known;
    return await standIn(client, run, known);
  } finally {
    done.abort();
  }
}

async function standIn(client: PipelineClient, run: string, trouble: PipelineError): Promise<Shown> {
  const { status, summary, stuck } = await client.standing(run);
  // A run that has ended is not carried on by anybody.
  if (summary.state !== 'RUNNING') return { status, summary, trouble: null };
  if (stuck !== null) return { status, summary, trouble: stuckError(run, stuck) };
  if (trouble.code !== 'CLI_QUEUE_WITHOUT_WORKER') throw trouble;
  return { status, summary, trouble };
}

export const stuckError = (run: string, { attempt, reason }: NonNullable<RunStanding['stuck']>): PipelineError =>
  new PipelineError('EXECUTION_WORKFLOW_STUCK', {
    what: `its workflow task has failed ${attempt - 1} times: ${reason}`,
    where: `run ${run}`,
    details: { attempt, reason },
  });
