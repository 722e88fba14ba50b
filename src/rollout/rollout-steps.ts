import type { DeployInputs, DeployOperations, Promotion, ShiftedTraffic, Superseded } from '../contracts/stages/deploy.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { createRegistry } from '../registry/create-registry.js';
import { createEndpoints } from '../registry/endpoints.js';
import { bakeStart } from './replica-health.js';
import { promoteCandidate, shiftTraffic, withdrawCandidate } from './rollout-configuration.js';
import type { Candidate } from './open-candidate.js';
import { unlessSuperseded } from './open-candidate.js';
import type { Rollout } from './endpoint-changes.js';
import { changeEndpoint } from './endpoint-changes.js';

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
