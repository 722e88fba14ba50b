import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContinuousTrainingState, TrainingSignal } from '../../../src/contracts/entities/continuous-training.js';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import { decide } from '../../../workflows/entities/training/decide-retrain.js';
import { recordFinish, recordStart, recordSuppressed } from '../../../workflows/entities/training/recorded-decisions.js';
import { retrainParameters } from '../../../workflows/entities/training/retrain-parameters.js';
import { adopt, adoptState, initialState, receive, withdraw } from '../../../workflows/entities/training/training-state.js';

const DAY = 86_400_000;
const NOW = Date.parse('2001-03-01T00:00:00Z');
const BACK_OFF = 60_000;

const policy = (changes: Partial<RetrainConfig> = {}): RetrainConfig => ({
  model: 'flight-delay',
  pipeline: 'flight-delay',
  on: [{ on: 'drift' }, { on: 'performance', metric: 'roc_auc', below: 0.64 }, { on: 'new_rows', rows: 1_000 }],
  debounceMs: 1_000,
  coolDownMs: 14 * DAY,
  budget: { runs: 2, perMs: 60 * DAY },
  clock: 'event',
  window: { lengthMs: 28 * DAY, from: 'from', to: 'to' },
  parameters: { trees: 50 },
  ...changes,
});

const drift = (id: string, at: string): TrainingSignal => ({
  id,
  kind: 'drift',
  at,
  column: 'distance',
  score: 0.2,
  threshold: 0.1,
});
const upTo = (at: string): Parameters<typeof retrainParameters>[1] => ({ atMs: Date.parse(at), triggers: [drift('a', at)] });
const withPolicy = (changes?: Partial<RetrainConfig>): ContinuousTrainingState => ({
  ...initialState('flight-delay'),
  policy: policy(changes),
});

function start(state: ContinuousTrainingState, nowMs: number): ContinuousTrainingState {
  const verdict = decide(state, nowMs);
  if (verdict.action !== 'start') throw new Error(`expected a start, got: ${verdict.reason}`);
  return recordStart(state, verdict, { workflowId: `run-${state.started + 1}`, parameters: {}, nowMs });
}
const finish = (state: ContinuousTrainingState, outcome = 'promoted'): ContinuousTrainingState =>
  recordFinish(
    state,
    { workflowId: state.active?.workflowId ?? '', status: 'COMPLETED', outcome },
    { nowMs: NOW, backOffMs: BACK_OFF },
  );

describe('the retrain policy', () => {
  it('waits without a policy, without triggers and while paused', () => {
    expect(decide(initialState('m'), NOW)).toMatchObject({
      action: 'wait',
      reason: expect.stringContaining('no retrain policy'),
    });
    expect(decide(withPolicy(), NOW)).toMatchObject({ action: 'wait', untilMs: null });
    const paused = { ...receive(withPolicy(), drift('a', '2001-02-08'), NOW), paused: true };
    expect(decide(paused, NOW + DAY)).toMatchObject({ action: 'wait', reason: 'paused' });
  });

  it('starts after the quiet period, and each further trigger postpones it up to ten periods', () => {
    let state = receive(withPolicy(), drift('a', '2001-02-08'), NOW);
    expect(decide(state, NOW + 999)).toMatchObject({ action: 'wait', untilMs: NOW + 1_000 });
    expect(decide(state, NOW + 1_000)).toMatchObject({ action: 'start' });
    for (let i = 1; i <= 30; i += 1) state = receive(state, drift(`b${i}`, '2001-02-08'), NOW + i * 900);
    expect(decide(state, NOW + 9_999)).toMatchObject({ action: 'wait', untilMs: NOW + 10_000 });
    expect(decide(state, NOW + 10_000)).toMatchObject({ action: 'start' });
  });

  it('ignores a signal whose id it has seen', () => {
    const once = receive(withPolicy(), drift('a', '2001-02-08'), NOW);
    expect(receive(once, drift('a', '2001-02-15'), NOW + 1)).toBe(once);
  });

  it('ignores it still when thousands came after it', () => {
    let state = receive(withPolicy(), drift('first', '2001-02-08'), NOW);
    for (let i = 0; i < 3_000; i += 1) state = receive(state, drift(`later-${i}`, '2001-02-08'), NOW);
    expect(receive(state, drift('first', '2001-02-08'), NOW)).toBe(state);
    expect(receive(state, drift('later-3', '2001-02-08'), NOW)).toBe(state);
    expect(receive(state, drift('another', '2001-02-08'), NOW)).not.toBe(state);
  });

  describe('when a retrain fails', () => {
    const failed = (state: ContinuousTrainingState, nowMs: number, outcome = 'failed'): ContinuousTrainingState =>
      recordFinish(
        state,
        { workflowId: state.active?.workflowId ?? '', status: 'FAILED', outcome },
        { nowMs, backOffMs: BACK_OFF },
      );
    const rows = (id: string): TrainingSignal => ({ id, kind: 'new_rows', at: '2001-02-08', rows: 1_000 });

    it('gives back its triggers, its new rows, its cool-down and its budget, and starts again after a pause', () => {
      const begun = start(receive(receive(withPolicy(), drift('a', '2001-02-08'), NOW), rows('b'), NOW), NOW + 1_000);
      const joined = receive(begun, drift('c', '2001-02-09'), NOW + 2_000);
      const state = failed(joined, NOW + 5_000);
      expect(state).toMatchObject({ active: null, newRows: 1_000, startedAtMs: [], decisions: [{ outcome: 'failed' }] });
      expect(state.pending.map(({ signal }) => signal.id)).toEqual(['a', 'b', 'c']);
      expect(decide(state, NOW + 6_000)).toMatchObject({
        action: 'wait',
        untilMs: NOW + 5_000 + BACK_OFF,
        reason: expect.stringContaining('1 retrains failed in a row'),
      });
      expect(decide(state, NOW + 5_000 + BACK_OFF)).toMatchObject({ action: 'start', atMs: Date.parse('2001-02-09') });
    });

    it('waits four times as long after each failure, and after five gives the triggers up', () => {
      let state = receive(withPolicy(), drift('a', '2001-02-08'), NOW);
      let nowMs = NOW + 1_000;
      const pauses: number[] = [];
      for (let times = 1; times <= 4; times += 1) {
        state = failed(start(state, nowMs), nowMs);
        const untilMs = state.failures?.untilMs ?? 0;
        pauses.push((untilMs - nowMs) / BACK_OFF);
        nowMs = untilMs;
      }
      expect(pauses).toEqual([1, 4, 16, 64]);
      state = failed(start(state, nowMs), nowMs);
      expect(state).toMatchObject({ active: null, pending: [], startedAtMs: [] });
      expect(state.failures).toBeUndefined();
      expect(state.decisions.at(-1)?.reason).toMatch(/^5 retrains failed in a row: their triggers are given up/);
      expect(decide(receive(state, drift('b', '2001-02-09'), nowMs), nowMs + 1_000)).toMatchObject({ action: 'start' });
    });

    it('forgets the failures with a retrain that ends, rejected or not', () => {
      const again = failed(start(receive(withPolicy(), drift('a', '2001-02-08'), NOW), NOW + 1_000), NOW + 2_000);
      const ended = finish(start(again, NOW + 2_000 + BACK_OFF), 'rejected');
      expect(ended.failures).toBeUndefined();
      expect(ended).toMatchObject({ pending: [], startedAtMs: [Date.parse('2001-02-08')] });
    });

    it.each(['cancelled', 'terminated'])('does not try one again that somebody %s', (outcome) => {
      const state = failed(start(receive(withPolicy(), drift('a', '2001-02-08'), NOW), NOW + 1_000), NOW + 2_000, outcome);
      expect(state).toMatchObject({ active: null, pending: [], startedAtMs: [Date.parse('2001-02-08')] });
    });

    it('leaves it to a person to ask by hand again', () => {
      const manual = receive(withPolicy(), { id: 'm', kind: 'manual', at: '2001-02-09', by: 'ada' }, NOW);
      expect(failed(start(manual, NOW), NOW + 1)).toMatchObject({ pending: [], startedAtMs: [] });
    });
  });

  it('keeps one run in flight and lets later triggers join the next', () => {
    const running = start(receive(withPolicy(), drift('a', '2001-02-08'), NOW), NOW + 1_000);
    const more = receive(running, drift('b', '2001-03-20'), NOW + 2_000);
    expect(decide(more, NOW + 60_000)).toMatchObject({ action: 'wait', reason: expect.stringContaining('single flight') });
    expect(decide(finish(more), NOW + 60_000)).toMatchObject({ action: 'start' });
  });

  it('holds back within the cool-down on the event clock, without a timer, and says so once', () => {
    const done = finish(start(receive(withPolicy(), drift('a', '2001-02-08'), NOW), NOW + 1_000));
    const early = receive(done, drift('b', '2001-02-15'), NOW + 5_000);
    const verdict = decide(early, NOW + 10_000);
    expect(verdict).toMatchObject({
      action: 'wait',
      untilMs: null,
      suppressed: true,
      reason: expect.stringContaining('2001-02-22'),
    });
    const recorded = recordSuppressed(early, verdict.reason, NOW + 10_000);
    expect(recorded.decisions).toHaveLength(2);
    expect(recordSuppressed(recorded, verdict.reason, NOW + 20_000)).toBe(recorded);
    expect(decide(receive(early, drift('c', '2001-02-22'), NOW + 11_000), NOW + 20_000)).toMatchObject({ action: 'start' });
  });

  it('lets the event clock go on with every signal of a window, whether the policy names its kind or not', () => {
    const only = { on: [{ on: 'drift' }] } as const;
    const done = finish(start(receive(withPolicy(only), drift('a', '2001-02-08'), NOW), NOW + 1_000));
    let state = receive(done, drift('b', '2001-02-15'), NOW + 5_000);
    expect(decide(state, NOW + 10_000)).toMatchObject({ action: 'wait', reason: expect.stringContaining('2001-02-22') });
    state = receive(state, { id: 'c', kind: 'new_rows', at: '2001-02-22', rows: 10 }, NOW + 11_000);
    expect(decide(state, NOW + 12_000)).toMatchObject({ action: 'start', atMs: Date.parse('2001-02-22') });
  });

  it('starts a run of a schedule on the event clock at the time of the data, never at that of the wall', () => {
    const cron: TrainingSignal = { id: 'tick', kind: 'cron', at: '2026-11-30' };
    const onCron = withPolicy({ on: [{ on: 'cron', expression: '0 3 * * 1', timezone: 'UTC' }] });
    expect(decide(receive(onCron, cron, NOW), NOW + DAY)).toMatchObject({
      action: 'wait',
      untilMs: null,
      reason: expect.stringContaining('no event time is known yet'),
    });
    const known = receive(receive(onCron, drift('a', '2001-02-08'), NOW), cron, NOW);
    expect(decide(known, NOW + DAY)).toMatchObject({ action: 'start', atMs: Date.parse('2001-02-08') });
    const next = receive(finish(start(known, NOW + DAY)), { ...cron, id: 'tock' }, NOW + DAY);
    expect(decide(receive(next, drift('b', '2001-02-22'), NOW + DAY), NOW + 2 * DAY)).toMatchObject({ action: 'start' });
    const wall = receive(
      { ...onCron, policy: policy({ clock: 'wall', on: onCron.policy!.on }) },
      { ...cron, at: '2001-03-01' },
      NOW,
    );
    expect(decide(wall, NOW + DAY)).toMatchObject({ action: 'start', atMs: Date.parse('2001-03-01') });
  });

  it('decides as before in runs that do not keep the event time', () => {
    const { eventMs, ...old } = withPolicy();
    expect(eventMs).toBeNull();
    const done = finish(start(receive(old, drift('a', '2001-02-08'), NOW), NOW + 1_000));
    const rows: TrainingSignal = { id: 'c', kind: 'new_rows', at: '2001-02-22', rows: 10 };
    const state = receive(receive(done, drift('b', '2001-02-15'), NOW), rows, NOW);
    expect(decide(state, NOW + DAY)).toMatchObject({ action: 'wait', suppressed: true });
    expect(adoptState(state, NOW).eventMs).toBe(Date.parse('2001-02-22'));
  });

  it('sets a timer for the end of the cool-down on the wall clock', () => {
    const done = finish(start(receive(withPolicy({ clock: 'wall' }), drift('a', '2001-02-08'), NOW), NOW + 1_000));
    const early = receive(done, drift('b', '2001-02-08'), NOW + 5_000);
    expect(decide(early, NOW + 10_000)).toMatchObject({ action: 'wait', untilMs: NOW + 1_000 + 14 * DAY });
  });

  it('holds back when the budget is used up', () => {
    let state = withPolicy({ coolDownMs: 0 });
    state = finish(start(receive(state, drift('a', '2001-02-08'), NOW), NOW + 1_000));
    state = finish(start(receive(state, drift('b', '2001-02-15'), NOW + 2_000), NOW + 4_000));
    state = receive(state, drift('c', '2001-02-22'), NOW + 5_000);
    expect(decide(state, NOW + 10_000)).toMatchObject({ action: 'wait', reason: expect.stringContaining('budget of 2 runs') });
    expect(decide(receive(state, drift('d', '2001-05-01'), NOW + 6_000), NOW + 10_000)).toMatchObject({ action: 'start' });
  });

  it('counts new rows up to the threshold, and forgets them at a start', () => {
    const rows = (id: string, count: number): TrainingSignal => ({ id, kind: 'new_rows', at: '2001-02-08', rows: count });
    let state = receive(withPolicy(), rows('a', 600), NOW);
    expect(decide(state, NOW + DAY)).toMatchObject({ action: 'wait', reason: expect.stringContaining('600 of 1000') });
    state = start(receive(state, rows('b', 600), NOW), NOW + DAY);
    expect(state.newRows).toBe(0);
  });

  it('passes a manual trigger through debounce, cool-down and budget', () => {
    const done = finish(start(receive(withPolicy(), drift('a', '2001-02-08'), NOW), NOW + 1_000));
    const manual = receive(done, { id: 'm', kind: 'manual', at: '2001-02-09', by: 'ada' }, NOW + 2_000);
    expect(decide(manual, NOW + 2_000)).toMatchObject({ action: 'start', reason: 'asked for by hand' });
  });

  it('keeps what it remembers small enough for one Temporal payload, whatever comes', () => {
    let state = withPolicy({ on: [{ on: 'drift' }] });
    state = finish(start(receive(state, drift('first', '2001-02-08'), NOW), NOW + 1_000));
    for (let i = 0; i < 2_000; i += 1) {
      state = receive(state, drift(`drift-of-a-long-name/${i}`, '2001-02-09'), NOW + 2_000 + i);
      const verdict = decide(state, NOW + 1e9);
      if (verdict.action === 'wait' && verdict.suppressed) state = recordSuppressed(state, verdict.reason, NOW + i);
    }
    expect(state.decisions).toHaveLength(50);
    expect(JSON.stringify(state).length).toBeLessThan(500_000);
  });

  it('does not let a flood of one cause push out a waiting trigger of another', () => {
    let state = receive(withPolicy({ on: [{ on: 'drift' }] }), drift('a', '2001-02-08'), NOW);
    for (let i = 0; i < 2_000; i += 1) {
      state = receive(state, { id: `rows-${i}`, kind: 'new_rows', at: '2001-02-08', rows: 1 }, NOW + 1);
    }
    expect(state.newRows).toBe(2_000);
    expect(state.pending).toHaveLength(500);
    expect(decide(state, NOW + DAY)).toMatchObject({ action: 'start', triggers: [{ id: 'a' }] });
  });

  it('keeps to a budget of more runs than it remembers decisions', () => {
    let state = withPolicy({ coolDownMs: 0, budget: { runs: 60, perMs: 60 * DAY } });
    for (let i = 0; i < 60; i += 1) state = finish(start(receive(state, drift(`a${i}`, '2001-02-08'), NOW), NOW + DAY));
    expect(decide(receive(state, drift('last', '2001-02-08'), NOW), NOW + DAY)).toMatchObject({
      action: 'wait',
      reason: expect.stringContaining('budget of 60 runs'),
    });
  });

  it('forgets earlier starts when the policy reads another clock', () => {
    const wall = finish(start(receive(withPolicy({ clock: 'wall' }), drift('a', '2001-02-08'), NOW), NOW + 1_000));
    const later = receive(wall, drift('b', '2001-02-09'), NOW + 2_000);
    expect(decide(later, NOW + 5_000)).toMatchObject({ action: 'wait', suppressed: true });
    expect(decide(adopt(later, policy({ clock: 'wall', coolDownMs: DAY })), NOW + 5_000)).toMatchObject({ suppressed: true });
    expect(decide(adopt(later, policy()), NOW + 5_000)).toMatchObject({ action: 'start' });
  });

  it('takes a signal back without letting a repeat of it in', () => {
    const once = receive(withPolicy(), drift('a', '2001-02-08'), NOW);
    const back = withdraw(once, 'a');
    expect(back.pending).toEqual([]);
    expect(receive(back, drift('a', '2001-02-08'), NOW)).toBe(back);
  });

  it('sums up what many triggers say', () => {
    let state = withPolicy();
    for (let i = 0; i < 8; i += 1) state = receive(state, { ...drift(`a${i}`, '2001-02-08'), column: `column${i}` }, NOW);
    const verdict = decide(state, NOW + DAY);
    expect(verdict.reason).toMatch(/^drift of column3: .*; drift of column7: 0\.2000 over 0\.1000; and 3 more$/);
  });

  it('writes the newest window into the named parameters', () => {
    expect(retrainParameters(policy(), upTo('2001-03-01T00:00:00Z'))).toEqual({
      trees: 50,
      from: '2001-02-01',
      to: '2001-03-01',
    });
  });

  it('leaves out the rows whose labels may be missing, but those that a performance was measured on', () => {
    const late = policy({ window: { ...policy().window, labelDelayMs: 7 * DAY } });
    const to = (...triggers: readonly TrainingSignal[]): unknown =>
      retrainParameters(late, { atMs: Date.parse('2001-03-08'), triggers })['to'];
    const measured: TrainingSignal = { id: 'p', kind: 'performance', at: '2001-03-05', metric: 'roc_auc', score: 0.6 };
    expect(to(drift('a', '2001-03-08'))).toBe('2001-03-01');
    expect(to(drift('a', '2001-03-08'), measured)).toBe('2001-03-05');
    expect(to({ id: 'm', kind: 'manual', at: '2001-03-07', by: 'ada' })).toBe('2001-03-07');
  });

  it('writes all rows since the earliest start that any run had', () => {
    const growing = (since: string): RetrainConfig => policy({ window: { lengthMs: null, since, from: 'from', to: 'to' } });
    let state = adopt(initialState('flight-delay'), growing('2001-01-01'));
    for (const later of ['2001-02-15', '2001-01-01T00:00:00Z']) state = adopt(state, growing(later));
    expect(retrainParameters(state.policy!, upTo('2001-03-01T00:00:00Z'))).toEqual({
      trees: 50,
      from: '2001-01-01',
      to: '2001-03-01',
    });
    const earlier = adopt(state, growing('2000-12-01'));
    expect(earlier.policy?.window.since).toBe('2000-12-01');
    expect(adopt(earlier, policy()).policy?.window).toEqual({ lengthMs: 28 * DAY, from: 'from', to: 'to' });
  });

  it('never has two runs in flight and never starts more than the budget within its period', () => {
    const step = fc.record({
      kind: fc.constantFrom('signal', 'finish', 'look'),
      day: fc.integer({ min: 0, max: 120 }),
      wait: fc.integer({ min: 0, max: 3_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = withPolicy({ coolDownMs: 5 * DAY });
        let nowMs = NOW;
        for (const [index, { kind, day, wait }] of steps.entries()) {
          nowMs += wait;
          if (kind === 'signal') state = receive(state, drift(`s${index}`, new Date(NOW + day * DAY).toISOString()), nowMs);
          if (kind === 'finish' && state.active !== null) state = finish(state);
          const verdict = decide(state, nowMs);
          if (verdict.action === 'start') {
            expect(state.active).toBeNull();
            state = recordStart(state, verdict, { workflowId: `run-${state.started + 1}`, parameters: {}, nowMs });
            const at = verdict.atMs;
            expect(state.startedAtMs.filter((started) => started > at - 60 * DAY && started <= at).length).toBeLessThanOrEqual(2);
          }
        }
      }),
    );
  });
});
