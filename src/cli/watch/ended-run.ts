import type { PipelineClient } from '../../client/index.js';
import type { RunManifest } from '../../contracts/run/run-manifest.js';
import { PipelineError } from '../../errors/pipeline-error.js';
import { findManifest, writeManifest } from '../../runs/manifest-store.js';
import type { ObjectStore } from '../../store/port.js';
import { queryText } from '../../temporal/query-text.js';

const OPEN: ReadonlySet<string> = new Set(['running', 'waiting', 'blocked']);

/**
 * What is kept of a run that has ended. A run that was terminated, or timed out, had no time to write it: then the run is asked, which
 * needs a worker, and the answer is kept.
 * @throws PipelineError `RUNS_STILL_OPEN`, `EXECUTION_RUN_NOT_FOUND`, `RUNS_NOT_RECORDED`.
 */
export async function endedRun(client: PipelineClient, objects: ObjectStore, workflowId: string): Promise<RunManifest> {
  const found = (await client.list(`WorkflowId = ${queryText(workflowId)}`, 1))[0];
  const kept = await findManifest(objects, workflowId, found?.runId);
  if (kept !== null) return kept;
  if (found === undefined) throw new PipelineError('EXECUTION_RUN_NOT_FOUND', { what: `no run "${workflowId}"` });
  if (found.state === 'RUNNING') throw new PipelineError('RUNS_STILL_OPEN', { what: `run "${workflowId}" has not ended` });
  const [status, plan, results] = await Promise.all([
    client.status(workflowId),
    client.plan(workflowId),
    client.results(workflowId),
  ]);
  if (plan === null) throw new PipelineError('RUNS_NOT_RECORDED', { what: `run "${workflowId}" ended before it had a plan` });
  const manifest: RunManifest = {
    formatVersion: 1,
    run: { pipeline: plan.pipeline, planHash: plan.hash, workflowId, runId: found.runId },
    status: OPEN.has(status.status) || status.status === 'cancelled' ? 'cancelled' : 'failed',
    plan,
    parameters: status.parameters,
    options: {},
    steps: status.steps,
    results,
    code: {},
    environment: {},
    startedAt: found.startedAt,
    finishedAt: found.finishedAt ?? new Date().toISOString(),
  };
  await writeManifest(objects, manifest);
  return manifest;
}
