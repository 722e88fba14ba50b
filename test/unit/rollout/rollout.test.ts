import { describe, expect, it } from '@jest/globals';
import type { ReplicaStatus, VariantHealth } from '../../../src/contracts/model.js';
import { PipelineError } from '../../../src/errors/pipeline-error.js';
import type { Endpoints } from '../../../src/registry/endpoints.js';
import { bakeStart, binomialTail, judgeCandidate, readinessOf } from '../../../src/rollout/replica-health.js';
import { openRollout, promoteCandidate, shiftTraffic, withdrawCandidate } from '../../../src/rollout/rollout-configuration.js';
import { ReplicaWatch } from '../../../src/rollout/replica-watch.js';
import type { ReleasedVersion, Routing } from '../../../src/rollout/rollout-configuration.js';

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
    ).toEqual({ state: 'failed', reasons: ['replica b cannot load version 2: corrupt'] });
  });

  const since = { version: 2, champion: 1, start: [] };
  const counted = (requests: number, errors: number, champion: readonly [number, number] = [0, 0]) =>
    replica('a', {
      variants: [
        variant({ requests, errors }),
        variant({ version: 1, variant: 'champion', requests: champion[0], errors: champion[1] }),
      ],
    });

  it('judges by failures over all replicas and the worst p99', () => {
    expect(judgeCandidate([replica('a'), replica('b')], since, LIMITS)).toEqual({ healthy: true, reasons: [], requests: 200 });
    const slow = replica('b', { variants: [variant({ p99Ms: 80 })] });
    expect(judgeCandidate([counted(100, 12), slow], since, LIMITS)).toMatchObject({
      healthy: false,
      reasons: ['12 of 200 requests failed, more than 1 per cent', 'p99 on replica b is 80.0 ms, more than 50 ms'],
    });
  });

  it('takes nothing for proof that chance explains: no request, one failure of one, a few of many', () => {
    expect(judgeCandidate([counted(0, 0)], since, LIMITS)).toMatchObject({
      healthy: true,
      inconclusive: 'only 0 of 20 requests came, which proves nothing',
    });
    expect(judgeCandidate([counted(1, 1)], since, LIMITS)).toMatchObject({ healthy: true, inconclusive: expect.anything() });
    expect(judgeCandidate([counted(3, 3)], since, LIMITS)).toMatchObject({ healthy: false });
    expect(judgeCandidate([counted(200, 5)], since, LIMITS)).toMatchObject({ healthy: true, requests: 200 });
    const single = replica('a', { variants: [variant({ requests: 1, p99Ms: 900 })] });
    expect(judgeCandidate([single], since, LIMITS).healthy).toBe(true);
  });

  it('holds it against the champion on the same replicas in the same time', () => {
    expect(judgeCandidate([counted(100, 20, [1_000, 180])], since, LIMITS).healthy).toBe(true);
    const worse = judgeCandidate([counted(100, 60, [1_000, 180])], since, LIMITS);
    expect(worse.reasons).toEqual(['60 of 100 requests failed, more than the 180 of 1000 of the champion']);
    const start = bakeStart([counted(100, 60, [1_000, 180])]);
    expect(judgeCandidate([counted(150, 60, [1_100, 180])], { ...since, start }, LIMITS)).toEqual({
      healthy: true,
      reasons: [],
      requests: 50,
    });
    // A process that began later than the bake counts from its start.
    const restarted = { ...counted(30, 30, [10, 0]), startedAt: 'later' };
    expect(judgeCandidate([restarted], { ...since, start }, LIMITS)).toMatchObject({ healthy: false, requests: 30 });
  });

  it('has the tail of the binomial distribution', () => {
    // scipy 1.11: binom.sf(k - 1, n, p)
    expect(binomialTail(3, 3, 0.01)).toBeCloseTo(1e-6, 12);
    expect(binomialTail(5, 200, 0.01)).toBeCloseTo(0.0517, 3);
    expect([binomialTail(0, 5, 0.1), binomialTail(1, 5, 0), binomialTail(2, 5, 1)]).toEqual([1, 0, 1]);
  });
});

describe('the watch over replicas', () => {
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

  it('tells the living from the dead by what changes, not by their clocks, and removes the dead', async () => {
    let now = 0;
    let unread: string | null = null;
    const etags = new Map([
      ['fast', 0],
      ['behind', 0],
      ['dead', 0],
    ]);
    const removed: string[] = [];
    const endpoints = {
      replicas: (_: string, unreadable: (name: string, error: PipelineError) => void) => {
        if (unread !== null) unreadable(unread, new PipelineError('STORE_UNREACHABLE', { what: 'a passing error' }));
        const seenAt = (name: string): string => ({ behind: '2001-01-01', dead: '2999-01-01' })[name] ?? '2026-01-01';
        return Promise.resolve(
          [...etags]
            .filter(([name]) => name !== unread)
            .map(([name, n]) => ({ ...replica(name, { seenAt: seenAt(name) }), etag: `${n}` })),
        );
      },
      removeReplica: (_: string, name: string) => {
        removed.push(name);
        etags.delete(name);
        return Promise.resolve();
      },
    } as unknown as Endpoints;
    const watch = new ReplicaWatch(endpoints, 'e', log, () => now);
    const look = async (ms: number, reporting: readonly string[]) => {
      now += ms;
      for (const name of reporting) etags.set(name, (etags.get(name) ?? 0) + 1);
      const { live, silent } = await watch.look();
      return `${live.map((one) => one.replica).join(' ')} / ${silent.map((one) => one.replica).join(' ')}`;
    };
    expect(await look(0, [])).toBe(' / fast behind dead');
    expect(await look(2_000, ['fast', 'behind'])).toBe('fast behind / dead');
    unread = 'behind';
    expect(await look(2_000, ['fast'])).toBe('fast behind / dead');
    unread = null;
    expect(await look(3_900, ['fast', 'behind', 'new'])).toBe('fast behind new / dead');
    expect(await look(200, ['fast', 'behind', 'new'])).toBe('fast behind new / ');
    expect(removed).toEqual(['dead']);
    expect(await look(9_000, ['fast', 'new'])).toBe('fast new / ');
    expect(removed).toEqual(['dead', 'behind']);
  });
});
