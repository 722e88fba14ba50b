import type { ArtifactRef } from '../contracts/artifact.js';
import type { EndpointConfig, EndpointVariant } from '../contracts/model.js';
import { PipelineError } from '../errors/pipeline-error.js';

/** A version and its artifact, as the registry has them. */
export interface ReleasedVersion {
  readonly version: number;
  readonly artifact: ArtifactRef<'model'>;
}

/** What a rollout changes in an endpoint's configuration; the rest is bookkeeping. */
export type Routing = Pick<EndpointConfig, 'variants' | 'previous'>;

const variantOf = (
  variant: EndpointVariant['variant'],
  { version, artifact }: ReleasedVersion,
  weight: number,
): EndpointVariant => ({ variant, version, artifact, weight });

const find = (routing: Routing, variant: EndpointVariant['variant']): EndpointVariant | undefined =>
  routing.variants.find((other) => other.variant === variant);

function candidateOf(routing: Routing, version: number, endpoint: string): EndpointVariant {
  const candidate = find(routing, 'challenger');
  if (candidate?.version === version) return candidate;
  throw new PipelineError('DEPLOY_SUPERSEDED', {
    what: `version ${version} is no longer the candidate of endpoint "${endpoint}"`,
    received: candidate === undefined ? 'no candidate' : `version ${candidate.version}`,
  });
}

/**
 * The candidate beside the champion with no traffic; without a champion the candidate alone with all of it, because there is nobody else to
 * answer. A candidate of an earlier rollout is replaced: that rollout notices with `DEPLOY_SUPERSEDED`.
 */
export function openRollout(current: Routing | null, candidate: ReleasedVersion, champion: ReleasedVersion | null): Routing {
  const previous = current?.previous ?? null;
  if (champion === null) return { variants: [variantOf('challenger', candidate, 100)], previous };
  return { variants: [variantOf('champion', champion, 100), variantOf('challenger', candidate, 0)], previous };
}

/**
 * `weight` percent, 0..100, of the requests to the candidate and the rest to the champion. Without a champion nothing changes.
 * @throws PipelineError `DEPLOY_SUPERSEDED` when `version` is not the candidate.
 */
export function shiftTraffic(current: Routing, endpoint: string, version: number, weight: number): Routing {
  const candidate = candidateOf(current, version, endpoint);
  const champion = find(current, 'champion');
  if (champion === undefined) return current;
  return { ...current, variants: [variantOf('champion', champion, 100 - weight), variantOf('challenger', candidate, weight)] };
}

/**
 * The candidate as the one champion; the champion before it stays loaded as `previous`. Unchanged when that has happened already.
 * @throws PipelineError `DEPLOY_SUPERSEDED` when `version` is neither candidate nor champion.
 */
export function promoteCandidate(current: Routing, endpoint: string, version: number): Routing {
  const champion = find(current, 'champion');
  if (champion?.version === version) return current;
  const candidate = candidateOf(current, version, endpoint);
  const previous = champion === undefined ? current.previous : { ...champion, weight: 0 };
  return { variants: [variantOf('champion', candidate, 100)], previous };
}

/**
 * The endpoint without the candidate: all traffic to the champion, or no variant at all when there never was one. A version that had become
 * champion of the endpoint, but is not `standing`, the champion in the registry, gives its place to that one. Unchanged when `version` has no
 * place in it (any more).
 */
export function withdrawCandidate(current: Routing, version: number, standing: ReleasedVersion | null): Routing {
  const champion = find(current, 'champion');
  if (find(current, 'challenger')?.version === version) {
    return { ...current, variants: champion === undefined ? [] : [{ ...champion, weight: 100 }] };
  }
  if (champion?.version !== version || standing?.version === version) return current;
  const others = current.variants.filter(({ variant }) => variant !== 'champion');
  const previous = current.previous?.version === standing?.version ? null : current.previous;
  if (standing === null) return { variants: others.map((other) => ({ ...other, weight: 100 })), previous };
  return { variants: [variantOf('champion', standing, champion.weight), ...others], previous };
}
