import type { CandidateHealth, DeployOperations } from '../contracts/stages/deploy.js';
import { PipelineError } from '../errors/pipeline-error.js';
import type { StepContext } from '../pipeline/step-context.js';
import { createEndpoints } from '../registry/endpoints.js';
import { judgeCandidate, readinessOf } from './replica-health.js';
import { REPLICA_GONE_MS, ReplicaWatch } from './replica-watch.js';
import type { Rollout } from './endpoint-changes.js';

/** How often replicas are looked at while a rollout waits for them, ms. */
const LOOK_MS = 200;

/** Longest wait, ms, for reports that cover the whole bake: who is silent for so long is gone. */
const REPORT_WAIT_MS = REPLICA_GONE_MS + LOOK_MS;

async function pause(ms: number, { signal }: StepContext): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits until every live replica serves the version at the revision, at most `health.readyTimeoutMs`.
 * @throws PipelineError `DEPLOY_NO_REPLICA` when none reported in that time.
 */
export async function waitUntilReady(
  rollout: Rollout,
  { version, revision }: DeployOperations['waitReady']['arguments'],
): Promise<DeployOperations['waitReady']['result']> {
  const { config, context } = rollout;
  const endpoints = createEndpoints(context.artifacts.objects);
  const { readyTimeoutMs } = config.rollout.health;
  const startedAt = performance.now();
  const watch = new ReplicaWatch(endpoints, config.endpoint, context.log);
  for (;;) {
    const { live, silent } = await watch.look();
    const readiness = readinessOf(live, version, revision, silent);
    if (readiness.state === 'ready') return { ready: true, reasons: [] };
    if (readiness.state === 'failed') return { ready: false, reasons: readiness.reasons };
    const waitedMs = performance.now() - startedAt;
    if (waitedMs >= readyTimeoutMs) {
      if (live.length > 0)
        return { ready: false, reasons: readiness.reasons.map((reason) => `${reason} after ${readyTimeoutMs} ms`) };
      throw new PipelineError('DEPLOY_NO_REPLICA', {
        what: `no model server serves endpoint "${config.endpoint}"`,
        where: `store ${context.artifacts.objects.uri}`,
        cure: `Start one with \`perennial serve --endpoint ${config.endpoint}\` on the same store, then run the deployment again.`,
      });
    }
    context.progress(Math.min(waitedMs, readyTimeoutMs), readyTimeoutMs, readiness.reasons.join('; '));
    await pause(Math.min(LOOK_MS, readyTimeoutMs), context);
  }
}

/**
 * Judges the candidate by reports that the replicas wrote after this call began, so that the whole bake is in them.
 * @param input - `champion` and `start` as `openCandidate` and `shiftToCandidate` gave them; absent in runs that are older than they.
 */
export async function judgeHealth(rollout: Rollout, input: DeployOperations['health']['arguments']): Promise<CandidateHealth> {
  const { version, revision, champion = null, start = [] } = input;
  const { config, context } = rollout;
  const watch = new ReplicaWatch(createEndpoints(context.artifacts.objects), config.endpoint, context.log);
  const startedAt = performance.now();
  for (;;) {
    const view = await watch.look();
    const { silent } = view;
    const current = view.live.length > 0 && silent.length === 0 && view.live.every((replica) => replica.revision >= revision);
    if (current || performance.now() - startedAt >= REPORT_WAIT_MS) {
      // One that may be quiet at rest has reported all that it counted.
      const live = [...view.live, ...silent.filter(({ quietMs }) => quietMs !== undefined)];
      const behind = live.filter((replica) => replica.revision < revision);
      const late = behind.map((replica) => `replica ${replica.replica} is still at revision ${replica.revision} of ${revision}`);
      const verdict = judgeCandidate(live, { version, champion, start }, config.rollout.health);
      return { ...verdict, healthy: verdict.healthy && late.length === 0, reasons: [...verdict.reasons, ...late] };
    }
    context.progress(0, 0, 'waiting for reports of the replicas');
    await pause(LOOK_MS, context);
  }
}
