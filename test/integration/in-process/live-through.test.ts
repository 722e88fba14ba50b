import { describe, expect, it } from '@jest/globals';
import { type LifeWindow, liveThrough } from '../../../src/testing/index.js';
import { handMade } from '../execution-fixtures.js';
import { DAY_MS, weeklyPolicy } from '../monitoring/weekly-policy.js';

const day = (n: number): string => new Date(Date.parse('2030-01-01') + n * DAY_MS).toISOString();

const weekly = handMade('weekly', [{ id: 'retrain', kind: 'retrain', config: { ...weeklyPolicy } }]);

describe('the life of a model', () => {
  it('lives through 90 days of windows: 12 retrains, one rolled back, the rest held back with the reason', async () => {
    const windows = Array.from({ length: 90 }, (_, n): LifeWindow => ({
      at: day(n),
      ...(n % 2 === 0 ? { drift: { distance: 0.3 } } : {}),
    }));
    const asked: unknown[] = [];
    const story = await liveThrough(weekly, {
      windows,
      onRetrain: (n, parameters) => {
        asked.push(parameters);
        return n === 5 ? 'rolled-back' : 'promoted';
      },
    });
    expect(story.started).toBe(12);
    expect(story.outcomes).toEqual({ promoted: 11, 'rolled-back': 1 });
    expect(asked[0]).toEqual({ from: '2029-12-04', to: '2030-01-01' });
    const started = story.decisions.filter(({ decision }) => decision === 'started');
    expect(started.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(started[4]).toMatchObject({ outcome: 'rolled-back' });
    const gaps = started.slice(1).map(({ decidedAt }, at) => Date.parse(decidedAt) - Date.parse(started[at]?.decidedAt ?? ''));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3 * DAY_MS);
    const reasons = story.decisions.filter(({ decision }) => decision === 'suppressed').map(({ reason }) => reason.split(' ')[0]);
    expect(new Set(reasons)).toEqual(new Set(['cool-down', 'budget']));
  });

  it('reads performance against the bound of the policy, and gathers what comes during a retrain', async () => {
    const windows = [
      { at: day(0), performance: { roc_auc: 0.7 } },
      { at: day(7), performance: { roc_auc: 0.6 } },
      { at: day(20), retrainNow: { by: 'ada' } },
    ];
    const { decisions, started } = await liveThrough(weekly, { windows });
    expect(started).toBe(2);
    expect(decisions.map(({ at, reason }) => `${at.slice(0, 10)} ${reason}`)).toEqual([
      '2030-01-08 roc_auc 0.6000 below 0.6400',
      '2030-01-21 asked for by hand',
    ]);
  });

  it('refuses windows out of order, and a pipeline that never retrains', async () => {
    await expect(liveThrough(weekly, { windows: [{ at: day(1) }, { at: day(0) }] })).rejects.toThrow('out of order');
    await expect(liveThrough(handMade('never', []), { windows: [] })).rejects.toMatchObject({ code: 'TESTING_UNKNOWN_STEP' });
  });
});
