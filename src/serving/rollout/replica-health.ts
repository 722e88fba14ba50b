import type { ReplicaStatus, VariantHealth } from '../../contracts/model.js';
import type { RolloutSpec } from '../../contracts/stages.js';

/** A replica that has not reported for this long, ms, is taken for gone; it reports every two seconds. */
export const REPLICA_GONE_MS = 8_000;

const variantOf = (replica: ReplicaStatus, version: number): VariantHealth | undefined =>
  replica.variants.find((variant) => variant.version === version);

type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly reasons: readonly string[] }
  | { readonly state: 'waiting'; readonly reasons: readonly string[] };

/** Whether every live replica serves `version` at `revision` or later. A failed load on any of them fails the candidate at once. */
export function readinessOf(live: readonly ReplicaStatus[], version: number, revision: number): Readiness {
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
  if (live.length === 0) return { state: 'waiting', reasons: ['no replica reports'] };
  return behind.length === 0 ? { state: 'ready' } : { state: 'waiting', reasons: behind };
}

export type Verdict = { readonly healthy: boolean; readonly reasons: readonly string[]; readonly requests: number };

/**
 * Judges the candidate by what the live replicas counted since they loaded it: the error ratio over all of them, the worst 99th
 * percentile, and failed loads. A candidate that got no request is healthy as far as anyone can tell.
 */
export function judgeCandidate(live: readonly ReplicaStatus[], version: number, limits: RolloutSpec['health']): Verdict {
  const variants = live.flatMap((replica) => {
    const variant = variantOf(replica, version);
    return variant === undefined ? [] : [{ replica: replica.replica, ...variant }];
  });
  const requests = variants.reduce((sum, variant) => sum + variant.requests, 0);
  const errors = variants.reduce((sum, variant) => sum + variant.errors, 0);
  const reasons = variants
    .filter((variant) => variant.state === 'failed')
    .map((variant) => `replica ${variant.replica} cannot load version ${version}: ${variant.error ?? 'no reason given'}`);
  if (live.length === 0) reasons.push('no replica reports any more');
  if (requests > 0 && errors / requests > limits.maxErrorRatio) {
    reasons.push(`${errors} of ${requests} requests failed, more than ${limits.maxErrorRatio * 100} per cent`);
  }
  for (const variant of variants) {
    if (variant.p99Ms !== null && variant.p99Ms > limits.maxP99Ms) {
      reasons.push(`p99 on replica ${variant.replica} is ${variant.p99Ms.toFixed(1)} ms, more than ${limits.maxP99Ms} ms`);
    }
  }
  return { healthy: reasons.length === 0, reasons, requests };
}
