import { describe, expect, it } from '@jest/globals';
import type { ReplicaStatus, VariantHealth } from '../../../src/contracts/model.js';
import { judgeCandidate, readinessOf } from '../../../src/serving/rollout/replica-health.js';
import {
  openRollout,
  promoteCandidate,
  shiftTraffic,
  withdrawCandidate,
} from '../../../src/serving/rollout/rollout-configuration.js';
import type { ReleasedVersion, Routing } from '../../../src/serving/rollout/rollout-configuration.js';

const released = (version: number): ReleasedVersion => ({
  version,
  artifact: { kind: 'model', id: `m${version}`, sha256: '', bytes: 0, uri: '', meta: {} },
});
const summary = ({ variants, previous }: Routing): string =>
  `${variants.map(({ variant, version, weight }) => `${variant}:${version}@${weight}`).join(' ')} previous:${previous?.version ?? '-'}`;

describe('the configuration of a rollout', () => {
  const opened = openRollout(null, released(2), released(1));

  it('opens without traffic beside the champion, shifts, and promotes with the old champion kept', () => {
    expect(summary(opened)).toBe('champion:1@100 challenger:2@0 previous:-');
    const shifted = shiftTraffic(opened, 'e', 2, 10);
    expect(summary(shifted)).toBe('champion:1@90 challenger:2@10 previous:-');
    const promoted = promoteCandidate(shiftTraffic(shifted, 'e', 2, 100), 'e', 2);
    expect(summary(promoted)).toBe('champion:2@100 previous:1');
  });

  it('gives a first version everything, because nobody else can answer', () => {
    const first = openRollout(null, released(1), null);
    expect(summary(first)).toBe('challenger:1@100 previous:-');
    expect(summary(shiftTraffic(first, 'e', 1, 1))).toBe('challenger:1@100 previous:-');
    expect(summary(promoteCandidate(first, 'e', 1))).toBe('champion:1@100 previous:-');
    expect(summary(withdrawCandidate(first, 1, null))).toBe(' previous:-');
  });

  it('withdraws back to the champion and is unchanged by a repeat', () => {
    const withdrawn = withdrawCandidate(shiftTraffic(opened, 'e', 2, 50), 2, released(1));
    expect(summary(withdrawn)).toBe('champion:1@100 previous:-');
    expect(withdrawCandidate(withdrawn, 2, released(1))).toBe(withdrawn);
    const promoted = promoteCandidate(opened, 'e', 2);
    expect(promoteCandidate(promoted, 'e', 2)).toBe(promoted);
    expect(summary(withdrawCandidate(promoted, 2, released(1)))).toBe('champion:1@100 previous:-');
    expect(withdrawCandidate(promoted, 2, released(2))).toBe(promoted);
  });

  it('puts the champion of the registry in the place of one that was withdrawn, also beside the candidate of another rollout', () => {
    const promoted = promoteCandidate(opened, 'e', 2);
    const next = shiftTraffic(openRollout(promoted, released(3), released(2)), 'e', 3, 10);
    expect(summary(withdrawCandidate(next, 2, released(1)))).toBe('champion:1@90 challenger:3@10 previous:-');
    const first = promoteCandidate(openRollout(null, released(1), null), 'e', 1);
    expect(summary(withdrawCandidate(first, 1, null))).toBe(' previous:-');
    const beside = openRollout(first, released(2), released(1));
    expect(summary(withdrawCandidate(beside, 1, null))).toBe('challenger:2@100 previous:-');
    expect(promoteCandidate(beside, 'e', 1)).toBe(beside);
  });

  it('refuses to move a candidate that another rollout has replaced, and does not withdraw the other', () => {
    const taken = openRollout(opened, released(3), released(1));
    for (const move of [() => shiftTraffic(taken, 'e', 2, 10), () => promoteCandidate(taken, 'e', 2)]) {
      expect(move).toThrow(expect.objectContaining({ code: 'DEPLOY_SUPERSEDED' }));
    }
    expect(withdrawCandidate(taken, 2, released(1))).toBe(taken);
  });
});

const variant = (change: Partial<VariantHealth> = {}): VariantHealth => ({
  version: 2,
  variant: 'challenger',
  state: 'ready',
  error: null,
  requests: 100,
  errors: 0,
  p50Ms: 1,
  p99Ms: 2,
  ...change,
});
const replica = (name: string, change: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  replica: name,
  endpoint: 'e',
  url: 'http://127.0.0.1:1',
  pid: 1,
  startedAt: '',
  seenAt: '',
  revision: 4,
  variants: [variant()],
  logged: 0,
  dropped: 0,
  ...change,
});
const LIMITS = { maxErrorRatio: 0.01, maxP99Ms: 50, readyTimeoutMs: 1_000 };

describe('the health of replicas', () => {
  it('is ready only when every replica serves the version at the revision', () => {
    expect(readinessOf([replica('a'), replica('b')], 2, 4)).toEqual({ state: 'ready' });
    expect(readinessOf([replica('a'), replica('b', { revision: 3 })], 2, 4).state).toBe('waiting');
    expect(readinessOf([replica('a', { variants: [] })], 2, 4).state).toBe('waiting');
    expect(readinessOf([], 2, 4).state).toBe('waiting');
    expect(
      readinessOf([replica('a'), replica('b', { variants: [variant({ state: 'failed', error: 'corrupt' })] })], 2, 4),
    ).toEqual({
      state: 'failed',
      reasons: ['replica b cannot load version 2: corrupt'],
    });
  });

  it('judges by the error ratio over all replicas and the worst p99', () => {
    expect(judgeCandidate([replica('a'), replica('b')], 2, LIMITS)).toEqual({ healthy: true, reasons: [], requests: 200 });
    const bad = judgeCandidate(
      [replica('a', { variants: [variant({ errors: 5 })] }), replica('b', { variants: [variant({ p99Ms: 80 })] })],
      2,
      LIMITS,
    );
    expect(bad.healthy).toBe(false);
    expect(bad.reasons).toEqual([
      '5 of 200 requests failed, more than 1 per cent',
      'p99 on replica b is 80.0 ms, more than 50 ms',
    ]);
  });
});
