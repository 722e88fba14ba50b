import type { EndpointConfig } from '../contracts/model.js';
import type {
  CandidateHealth,
  DeployConfig,
  DeployInputs,
  DeployOperations,
  OpenedRollout,
  Promotion,
  ShiftedTraffic,
  Superseded,
} from '../contracts/stages/deploy.js';
import type { EvaluateResult } from '../contracts/stages/evaluate.js';
import { PipelineError, isPipelineError } from '../errors/pipeline-error.js';
import type { StepContext } from '../pipeline/step-context.js';
import { createRegistry } from '../registry/create-registry.js';
import { comparedWith } from '../registry/evaluation-basis.js';
import { createEndpoints } from '../registry/endpoints.js';
import type { Endpoints } from '../registry/endpoints.js';
import { bakeStart, judgeCandidate, readinessOf } from './replica-health.js';
import { REPLICA_GONE_MS, ReplicaWatch } from './replica-watch.js';
import type { ReleasedVersion, Routing } from './rollout-configuration.js';
import { openRollout, promoteCandidate, shiftTraffic, withdrawCandidate } from './rollout-configuration.js';

/** How often replicas are looked at while a rollout waits for them, ms. */
const LOOK_MS = 200;
/** Longest wait, ms, for reports that cover the whole bake: who is silent for so long is gone. */
const REPORT_WAIT_MS = REPLICA_GONE_MS + LOOK_MS;
/** Writers that may come between the reading and the writing of one configuration. */
const WRITE_ATTEMPTS = 20;

interface Rollout {
  readonly config: DeployConfig;
  readonly context: StepContext;
}

/**
 * Applies a change to the newest configuration; again when somebody else moved it in between. Unchanged routing writes nothing.
 * @param change - is given the champion of the registry as it was after the configuration was read: a promotion moves the registry first and
 * the endpoint then, so one that the configuration does not show is either seen here, or finds the change when it comes to the endpoint.
 */
async function changeEndpoint(
  rollout: Rollout,
  endpoints: Endpoints,
  reason: string,
  change: (current: EndpointConfig | null, standing: ReleasedVersion | null) => Routing | null,
): Promise<number> {
  const { config, context } = rollout;
  for (let attempt = 1; ; attempt += 1) {
    const current = (await endpoints.read(config.endpoint))?.config ?? null;
    const next = change(current, await standingChampion(rollout));
    if (next === null || next === current) return current?.revision ?? 0;
    const { endpoint, model } = config;
    const { workflowId } = context.run;
    try {
      const draft = { endpoint, model, variants: next.variants, previous: next.previous, reason, workflowId };
      return (await endpoints.write(draft, current?.revision ?? null)).revision;
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'REGISTRY_RACE_LOST' || attempt === WRITE_ATTEMPTS) throw error;
    }
  }
}

async function standingChampion(rollout: Rollout): Promise<ReleasedVersion | null> {
  const champion = await createRegistry(rollout.context.artifacts.objects).alias(rollout.config.model, 'champion');
  return champion === null ? null : released(rollout, champion.record.version);
}

/** Registers the evaluated model; one that was not blessed is logged as rejected with the reasons. */
export async function registerVersion(
  rollout: Rollout,
  { evaluation }: DeployInputs,
): Promise<DeployOperations['register']['result']> {
  const { config, context } = rollout;
  const registry = createRegistry(context.artifacts.objects);
  const { meta } = evaluation.model;
  const { workflowId, runId } = context.run;
  const { version } = await registry.register({
    model: config.model,
    artifact: evaluation.model,
    evaluation: evaluation.evaluation,
    metrics: evaluation.metrics,
    window: { from: meta.trainFrom, to: meta.testTo },
    workflowId,
    runId,
  });
  if (evaluation.decision !== 'blessed') {
    const reasons = evaluation.reasons.length === 0 ? [`the evaluation is ${evaluation.decision}`] : evaluation.reasons;
    await registry.reject({ model: config.model, version, reasons, workflowId });
  }
  const current = await createEndpoints(context.artifacts.objects).read(config.endpoint);
  context.log.info('model version registered', { model: config.model, version, decision: evaluation.decision });
  return { version, revision: current?.config.revision ?? 0 };
}

async function released(rollout: Rollout, version: number): Promise<ReleasedVersion> {
  const { artifact } = await createRegistry(rollout.context.artifacts.objects).version(rollout.config.model, version);
  return { version, artifact };
}

function checkEndpointIsOurs(current: EndpointConfig | null, { endpoint, model }: DeployConfig): void {
  if (current === null || current.model === model) return;
  throw new PipelineError('DEPLOY_ENDPOINT_TAKEN', {
    what: `endpoint "${endpoint}" serves another model`,
    expected: model,
    received: current.model,
  });
}

/** A candidate and the evaluation on which its promotion would rest. */
type Candidate = { readonly version: number; readonly evaluation: EvaluateResult };

/** Null when the champion that stands is the one that the evaluation was compared with. */
function supersededBy(standing: number | null, { version, evaluation }: Candidate): Superseded | null {
  const compared = comparedWith(evaluation);
  if (compared !== undefined && (compared?.version ?? null) === standing) return null;
  const name = (champion: number | null): string => (champion === null ? 'no champion' : `champion version ${champion}`);
  const before = compared === undefined ? 'nothing that is known' : name(compared?.version ?? null);
  return { by: 'champion', reasons: [`version ${version} was compared with ${before}, and now there is ${name(standing)}`] };
}

/** Runs a move of the endpoint; that the candidate has lost its place there is a value. */
async function unlessSuperseded<T>(work: () => Promise<T>): Promise<T | { readonly superseded: Superseded }> {
  try {
    return await work();
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'DEPLOY_SUPERSEDED') throw error;
    return { superseded: { by: 'rollout', reasons: [error.message] } };
  }
}

/** Puts the candidate beside the champion without traffic, if that champion is the one that it was compared with. */
export async function openCandidate(rollout: Rollout, { version, evaluation }: Candidate): Promise<OpenedRollout> {
  const { config, context } = rollout;
  const { objects } = context.artifacts;
  const champion = (await standingChampion(rollout))?.version ?? null;
  const early = champion === version ? null : supersededBy(champion, { version, evaluation });
  if (early !== null) return { revision: 0, champion, alreadyChampion: false, superseded: early };
  const candidate = await released(rollout, version);
  const { workflowId } = context.run;
  if (champion !== version) {
    const reason = 'candidate of a rollout';
    const basis = { evaluation: evaluation.evaluation };
    const challenger = { model: config.model, alias: 'challenger' as const, version };
    await createRegistry(objects).setAlias({ ...challenger, by: 'deploy', reason, workflowId, basis });
  }
  let opened: Omit<OpenedRollout, 'revision'> = { champion, alreadyChampion: champion === version };
  const open = (current: EndpointConfig | null, standing: ReleasedVersion | null): Routing | null => {
    checkEndpointIsOurs(current, config);
    const alreadyChampion = standing?.version === version;
    const superseded = alreadyChampion ? null : supersededBy(standing?.version ?? null, { version, evaluation });
    opened = { champion: standing?.version ?? null, alreadyChampion, ...(superseded === null ? {} : { superseded }) };
    if (superseded !== null) return null;
    const variantOf = (variant: string): number | undefined =>
      current?.variants.find((served) => served.variant === variant)?.version;
    if (alreadyChampion) {
      const alone: Routing = {
        variants: [{ ...standing, variant: 'champion', weight: 100 }],
        previous: current?.previous ?? null,
      };
      return variantOf('champion') === version ? current : alone;
    }
    const isOpen = current?.workflowId === workflowId && variantOf('challenger') === version;
    return isOpen ? current : openRollout(current, candidate, standing);
  };
  const revision = await changeEndpoint(rollout, createEndpoints(objects), `version ${version} opened as candidate`, open);
  // Without a champion the candidate has all the traffic from the start, and there is nobody to compare it with.
  return { revision, ...opened, ...(opened.champion === null ? { weights: [] } : {}) };
}

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

/** Gives the candidate `weight` percent of the traffic. */
export async function shiftToCandidate(
  rollout: Rollout,
  { version, weight }: DeployOperations['shift']['arguments'],
): Promise<ShiftedTraffic> {
  const { config, context } = rollout;
  const endpoints = createEndpoints(context.artifacts.objects);
  const start = bakeStart(
    await endpoints.replicas(config.endpoint, (replica, { code, message }) => {
      context.log.debug('the record of a replica could not be read', { replica, code, message });
    }),
  );
  const moved = await unlessSuperseded(() =>
    changeEndpoint(rollout, endpoints, `version ${version} at ${weight} per cent`, (current) => {
      const shifted = shiftTraffic(current ?? { variants: [], previous: null }, config.endpoint, version, weight);
      const standing = current?.variants.find((variant) => variant.version === version)?.weight;
      return standing === weight ? current : shifted;
    }),
  );
  return typeof moved === 'number' ? { revision: moved, start } : { revision: 0, ...moved };
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

/** Makes the candidate champion in the registry, then on the endpoint. A lost race is a value: the candidate is then withdrawn. */
export async function promoteVersion(rollout: Rollout, { version, evaluation }: Candidate): Promise<Promotion> {
  const { config, context } = rollout;
  const { objects } = context.artifacts;
  const registry = createRegistry(objects);
  const lost = (superseded: Superseded): Promotion => ({ promoted: false, reasons: superseded.reasons, revision: 0, superseded });
  try {
    await registry.promote({
      model: config.model,
      version,
      basis: { evaluation: evaluation.evaluation },
      by: 'deploy',
      reason: `rolled out on endpoint ${config.endpoint}; ${evaluation.reasons.join('; ')}`,
      workflowId: context.run.workflowId,
    });
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'REGISTRY_RACE_LOST') throw error;
    return lost({ by: 'champion', reasons: [error.message] });
  }
  const moved = await unlessSuperseded(() =>
    changeEndpoint(rollout, createEndpoints(objects), `version ${version} promoted`, (current) =>
      promoteCandidate(current ?? { variants: [], previous: null }, config.endpoint, version),
    ),
  );
  return typeof moved === 'number' ? { promoted: true, reasons: [], revision: moved } : lost(moved.superseded);
}

/** Takes the candidate out of the endpoint and logs why; undoes its promotion when that had begun. */
export async function withdrawVersion(
  rollout: Rollout,
  { version, reasons, outcome = 'rolled-back' }: DeployOperations['rollback']['arguments'],
): Promise<{ readonly revision: number }> {
  const { config, context } = rollout;
  const { objects } = context.artifacts;
  const registry = createRegistry(objects);
  const { workflowId } = context.run;
  const { model } = config;
  const why = outcome.replace('-', ' ');
  const reason = `rollout withdrawn: ${reasons.join('; ')}`;
  await registry.withdraw({ model, version, by: 'deploy', reason, workflowId });
  const revision = await changeEndpoint(rollout, createEndpoints(objects), `version ${version} ${why}`, (current, standing) =>
    current?.model === model ? withdrawCandidate(current, version, standing) : current,
  );
  if (outcome !== 'again')
    await registry.reject({ model, version, reasons: reasons.map((reason) => `${why}: ${reason}`), workflowId });
  context.log.warn('rollout withdrawn', { model, version, outcome, reasons });
  return { revision };
}
