import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createLifecycle,
  failAttempt,
  type Lifecycle,
  type LifecycleOptions,
  type LifeWindow,
} from '../../../src/testing/index.js';
import { handMade } from '../execution-fixtures.js';
import { DAY_MS, weeklyPolicy } from './weekly-policy.js';

const HOUR_MS = 3_600_000;
/** Years ahead of any clock that this test will see. */
const day = (n: number): string => new Date(Date.parse('2090-01-01') + n * DAY_MS).toISOString();

const weekly = handMade('weekly', [
  { id: 'fit', run: () => Promise.reject(new Error('real training has no place in this test')) },
  { id: 'review', kind: 'gate', needs: ['fit'], config: { message: 'good?', expiresMs: 2 * DAY_MS, onExpiry: 'approve' } },
  { id: 'retrain', kind: 'retrain', needs: ['review'], config: { ...weeklyPolicy } },
]);

let life: Lifecycle | null = null;
afterEach(async () => {
  await life?.stop();
  life = null;
});

async function begin(options: LifecycleOptions): Promise<Lifecycle> {
  life = await createLifecycle(weekly, options);
  return life;
}

const lasted = ({ startedAt, endedAt }: { startedAt: string; endedAt: string | null }): number =>
  Date.parse(endedAt ?? '') - Date.parse(startedAt);

describe('the life of a model on a server whose clock skips', () => {
  it('lives through 90 days of windows: 12 retrains, one rolled back, the rest held back with the reason', async () => {
    const asked: unknown[] = [];
    const made = await begin({
      onRetrain: async (n, parameters) => {
        asked.push(parameters);
        // The server's clock stands still while code runs.
        if (n === 3) await sleep(300);
        return n === 5 ? 'rolled-back' : 'promoted';
      },
    });
    const windows = Array.from({ length: 90 }, (_, n): LifeWindow => ({
      at: day(n),
      ...(n % 2 === 0 ? { drift: { distance: 0.3 } } : {}),
    }));
    const story = await made.live(windows);
    expect(story).toMatchObject({ started: 12, outcomes: { promoted: 11, 'rolled-back': 1 }, aheadMs: 0 });
    expect(asked[0]).toEqual({ from: '2089-12-04', to: '2090-01-01' });
    const started = story.decisions.filter(({ decision }) => decision === 'started');
    expect(started.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(started[4]).toMatchObject({ outcome: 'rolled-back', reason: expect.stringContaining('drift of distance') });
    const gaps = started.slice(1).map(({ decidedAt }, at) => Date.parse(decidedAt) - Date.parse(started[at]?.decidedAt ?? ''));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3 * DAY_MS);
    const reasons = story.decisions.filter(({ decision }) => decision === 'suppressed').map(({ reason }) => reason.split(' ')[0]);
    expect(new Set(reasons)).toEqual(new Set(['cool-down', 'budget']));
    for (const retrain of story.retrains) expect(lasted(retrain)).toBeGreaterThanOrEqual(HOUR_MS);
    for (const retrain of story.retrains) expect(lasted(retrain)).toBeLessThan(2 * HOUR_MS);
  });

  it('runs the pipeline itself with fakes: gates expire, attempts fail and follow their policy', async () => {
    const parameters: unknown[] = [];
    const made = await begin({
      fakes: {
        fit: (_inputs, context) => {
          parameters.push([context.parameters['to'], context.attempt]);
          return {};
        },
      },
      faults: [failAttempt('fit', 1)],
    });
    const first = await made.live([
      { at: day(0), performance: { roc_auc: 0.7 } },
      { at: day(1), performance: { roc_auc: 0.6 } },
    ]);
    expect(first).toMatchObject({ started: 1, outcomes: { succeeded: 1 } });
    expect(lasted(first.retrains[0] ?? { startedAt: '', endedAt: '' })).toBeGreaterThanOrEqual(2 * DAY_MS);
    const second = await made.live([{ at: day(30), retrainNow: { by: 'ada' } }]);
    expect(second.decisions.map(({ at, reason }) => `${at.slice(0, 10)} ${reason}`)).toEqual([
      '2090-01-02 roc_auc 0.6000 below 0.6400',
      '2090-01-31 asked for by hand',
    ]);
    expect(parameters).toEqual([
      ['2090-01-02', 2],
      ['2090-01-31', 2],
    ]);
  });

  it('takes windows of the past, and lets a retrain fail', async () => {
    const past = (n: number): string => new Date(Date.parse('2001-02-01') + n * DAY_MS).toISOString();
    const made = await begin({ onRetrain: (n) => (n === 1 ? 'failed' : 'rejected') });
    const story = await made.live([
      { at: past(0), drift: { distance: 0.3 } },
      { at: past(7), drift: { distance: 0.2 } },
    ]);
    expect(story.decisions.map(({ at, outcome }) => [at.slice(0, 10), outcome])).toEqual([
      ['2001-02-01', 'failed'],
      // What a failed retrain took is given back, so it is tried again.
      ['2001-02-01', 'rejected'],
      ['2001-02-08', 'rejected'],
    ]);
    expect(story.aheadMs).toBeGreaterThan(20 * 365 * DAY_MS);
  });
});
