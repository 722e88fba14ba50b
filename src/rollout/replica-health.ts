import type { ReplicaStatus, VariantHealth } from '../contracts/model.js';
import type { BakeStart, CandidateHealth, RolloutSpec } from '../contracts/stages/deploy.js';

const variantOf = (replica: ReplicaStatus, version: number): VariantHealth | undefined =>
  replica.variants.find((variant) => variant.version === version);

type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly reasons: readonly string[] }
  | { readonly state: 'waiting'; readonly reasons: readonly string[] };

/** Whether every live replica serves `version` at `revision` or later, and no other may still live. A failed load on any of them fails the candidate at once. */
export function readinessOf(
  live: readonly ReplicaStatus[],
  version: number,
  revision: number,
  silent: readonly ReplicaStatus[] = [],
): Readiness {
  const failed = live.flatMap((replica) => {
    const variant = variantOf(replica, version);
    return variant?.state === 'failed'
      ? [`replica ${replica.replica} cannot load version ${version}: ${variant.error ?? 'no reason given'}`]
      : [];
  });
  if (failed.length > 0) return { state: 'failed', reasons: failed };
  const behind = live.flatMap((replica) => {
    const state = variantOf(replica, version)?.state ?? 'absent';
    if (state === 'ready' && replica.revision >= revision) return [];
    return [`replica ${replica.replica} has version ${version} ${state} at revision ${replica.revision} of ${revision}`];
  });
  for (const replica of silent) {
    // One that may be quiet at rest has reported all that changed.
    const atRest = replica.quietMs !== undefined && replica.revision >= revision;
    if (!atRest || variantOf(replica, version)?.state !== 'ready') behind.push(`replica ${replica.replica} has not reported yet`);
  }
  if (live.length === 0 && silent.length === 0) return { state: 'waiting', reasons: ['no replica reports'] };
  return behind.length === 0 ? { state: 'ready' } : { state: 'waiting', reasons: behind };
}

/** Requests that a candidate must have got, unless the plan says otherwise, before its health says something. */
const DEFAULT_MIN_REQUESTS = 20;
/** Fewer failures than this never roll back, whatever their share. */
const MIN_FAILURES = 3;
/** Chance at most, if the candidate kept to the bound, of as many failures as roll it back. */
const SIGNIFICANCE = 0.001;

export function bakeStart(replicas: readonly ReplicaStatus[]): BakeStart[] {
  return replicas.map(({ replica, startedAt, variants }) => ({
    replica,
    startedAt,
    counts: Object.fromEntries(variants.map(({ version, requests, errors }) => [version, [requests, errors] as const])),
  }));
}

type Counts = { readonly requests: number; readonly errors: number };

/** What the live replicas counted of a version since the bake began. A process that began later counts from its start. */
function during(live: readonly ReplicaStatus[], start: readonly BakeStart[], version: number): Counts {
  let [requests, errors] = [0, 0];
  for (const replica of live) {
    const variant = variantOf(replica, version);
    if (variant === undefined) continue;
    const same = start.find((other) => other.replica === replica.replica && other.startedAt === replica.startedAt);
    const [before = 0, failedBefore = 0] = same?.counts[version] ?? [];
    requests += Math.max(0, variant.requests - before);
    errors += Math.max(0, variant.errors - failedBefore);
  }
  return { requests, errors };
}

/** P(X >= successes) of a binomial distribution of `trials` at `share` (0..1); exact up to rounding. */
export function binomialTail(successes: number, trials: number, share: number): number {
  if (successes <= 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  let logTerm = trials * Math.log1p(-share);
  let below = 0;
  for (let k = 0; k < successes; k += 1) {
    below += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return Math.max(0, 1 - below);
}

/**
 * Judges the candidate by what the live replicas counted since the bake began. Its failures roll it back when there are three at least, and so
 * many would be rarer than one in a thousand (exact binomial test) at the bound, or at the share that the champion failed on the same
 * replicas in the same time where that is higher. So does a 99th percentile above the bound on a replica with enough requests, and a
 * failed load. With fewer requests than `minRequests` and nothing wrong it is inconclusive.
 */
export function judgeCandidate(
  live: readonly ReplicaStatus[],
  {
    version,
    champion,
    start,
  }: { readonly version: number; readonly champion: number | null; readonly start: readonly BakeStart[] },
  limits: RolloutSpec['health'],
): CandidateHealth {
  const { minRequests = DEFAULT_MIN_REQUESTS } = limits;
  const { requests, errors } = during(live, start, version);
  const other = champion === null ? { requests: 0, errors: 0 } : during(live, start, champion);
  const variants = live.flatMap((replica) => {
    const variant = variantOf(replica, version);
    return variant === undefined ? [] : [{ replica: replica.replica, ...variant }];
  });
  const reasons = variants
    .filter((variant) => variant.state === 'failed')
    .map((variant) => `replica ${variant.replica} cannot load version ${version}: ${variant.error ?? 'no reason given'}`);
  if (live.length === 0) reasons.push('no replica reports any more');
  const championShare = other.requests < minRequests ? 0 : other.errors / other.requests;
  const bound = Math.max(limits.maxErrorRatio, championShare);
  if (errors >= MIN_FAILURES && binomialTail(errors, requests, bound) < SIGNIFICANCE) {
    const than =
      bound > limits.maxErrorRatio ? `the ${other.errors} of ${other.requests} of the champion` : `${bound * 100} per cent`;
    reasons.push(`${errors} of ${requests} requests failed, more than ${than}`);
  }
  for (const { replica, p99Ms, requests: answered } of variants) {
    if (p99Ms !== null && p99Ms > limits.maxP99Ms && answered >= minRequests)
      reasons.push(`p99 on replica ${replica} is ${p99Ms.toFixed(1)} ms, more than ${limits.maxP99Ms} ms`);
  }
  const verdict = { healthy: reasons.length === 0, reasons, requests };
  if (!verdict.healthy || requests >= minRequests) return verdict;
  return { ...verdict, inconclusive: `only ${requests} of ${minRequests} requests came, which proves nothing` };
}
