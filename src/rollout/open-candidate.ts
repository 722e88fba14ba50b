import type { EndpointConfig } from '../contracts/model.js';
import type { OpenedRollout, Superseded } from '../contracts/stages/deploy.js';
import type { EvaluateResult } from '../contracts/stages/evaluate.js';
import { isPipelineError } from '../errors/pipeline-error.js';
import { createRegistry } from '../registry/create-registry.js';
import { comparedWith } from '../registry/evaluation-basis.js';
import { createEndpoints } from '../registry/endpoints.js';
import type { ReleasedVersion, Routing } from './rollout-configuration.js';
import { openRollout } from './rollout-configuration.js';
import type { Rollout } from './endpoint-changes.js';
import { changeEndpoint, checkEndpointIsOurs, released, standingChampion } from './endpoint-changes.js';

/** A candidate and the evaluation on which its promotion would rest. */
export type Candidate = { readonly version: number; readonly evaluation: EvaluateResult };

/** Null when the champion that stands is the one that the evaluation was compared with. */
function supersededBy(standing: number | null, { version, evaluation }: Candidate): Superseded | null {
  const compared = comparedWith(evaluation);
  if (compared !== undefined && (compared?.version ?? null) === standing) return null;
  const name = (champion: number | null): string => (champion === null ? 'no champion' : `champion version ${champion}`);
  const before = compared === undefined ? 'nothing that is known' : name(compared?.version ?? null);
  return { by: 'champion', reasons: [`version ${version} was compared with ${before}, and now there is ${name(standing)}`] };
}

/** Runs a move of the endpoint; that the candidate has lost its place there is a value. */
export async function unlessSuperseded<T>(work: () => Promise<T>): Promise<T | { readonly superseded: Superseded }> {
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
