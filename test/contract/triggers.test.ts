import { describe, expect, it } from '@jest/globals';
import returns from '../../examples/extending/pipeline.js';
import { missingValues } from '../../examples/extending/missing-values.js';
import { decideTriggers } from '../../src/monitoring/decide-triggers.js';
import { windowSignals } from '../../src/monitoring/windows/window-signals.js';
import type { TriggerSubject } from '../../src/monitoring/trigger-kind.js';
import { triggerContract } from '../../src/testing/index.js';
import { decide } from '../../workflows/entities/training/decide-retrain.js';
import { initialState, receive } from '../../workflows/entities/training/training-state.js';
import { policyProblems, triggerProblems } from '../../workflows/messages/training.js';

const window = {
  ...{ model: 'returns', endpoint: 'returns', from: '2026-01-01T00:00:00.000Z', to: '2026-01-08T00:00:00.000Z', rows: 400 },
  ...{ versions: [1], drift: [], performance: null, labelCoverage: 0, performanceCrossed: [], labelsDueAt: null },
};
const profileOf = (nulls: number): TriggerSubject['current'] => ({
  formatVersion: 2,
  rows: 400,
  columns: {
    amount: { type: 'category', of: 'value', count: 400 - nulls, nulls, categories: ['a'], counts: [400 - nulls], other: 0 },
  },
});
const subjectOf = (nulls: number): Omit<TriggerSubject, 'options'> => ({
  window,
  earlier: [],
  reference: profileOf(4),
  current: profileOf(nulls),
});
const given = missingValues({ column: 'amount' });

describe('a trigger of one’s own', () => {
  for (const { title, run } of triggerContract(missingValues, given, { reason: subjectOf(200), none: subjectOf(8) }))
    it(title, run);

  it('starts a retrain with its reason, once the policy waits for it', () => {
    const triggers = [{ trigger: given.trigger, options: given.options as TriggerSubject['options'] }];
    const triggered = decideTriggers(triggers, subjectOf(200));
    const report = { ...window, triggered, report: { kind: 'monitor-report', id: 'r', sha256: '', meta: {} } } as never;
    const signal = windowSignals(report, 'drift').find(({ kind }) => kind === 'window');
    const nowMs = Date.parse(window.to);
    expect(triggerProblems(signal, nowMs)).toEqual([]);
    const policy = {
      ...{
        model: 'returns',
        pipeline: 'returns',
        debounceMs: 0,
        coolDownMs: 0,
        budget: { runs: 3, perMs: 1_000 },
        clock: 'wall' as const,
      },
      ...{ window: { lengthMs: 86_400_000, from: 'from', to: 'to' }, parameters: {} },
    };
    const verdictWith = (on: Parameters<typeof policyProblems>[0]) => {
      const whole = { ...policy, on: on as [] };
      expect(policyProblems(whole, 'returns')).toEqual([]);
      return decide(receive({ ...initialState('returns'), policy: whole }, signal!, nowMs), nowMs);
    };
    expect(verdictWith([{ on: 'window', ...triggers[0] }])).toMatchObject({
      action: 'start',
      reason: 'missing_values: 50.0% of amount have no value, 1.0% had none in training',
    });
    expect(verdictWith([{ on: 'window', trigger: 'another', options: {} }])).toMatchObject({ action: 'wait' });
    expect(verdictWith([{ on: 'drift' }])).toMatchObject({ action: 'wait' });
  });

  it('is what the monitor before the retrain looks out for', () => {
    const monitor = returns.plan.steps.find(({ kind }) => kind === 'monitor');
    const options = { column: 'amount', more: 0.1, leastRows: 100 };
    expect(monitor?.config).toMatchObject({ triggers: [{ trigger: 'missing_values', options }] });
  });

  it('is refused when it gives neither a reason nor null, or is not known', () => {
    expect(() => decideTriggers([{ trigger: 'missing_value', options: {} }], subjectOf(0))).toThrow(/one of missing_values/);
    expect(() => decideTriggers([{ trigger: 'missing_values', options: {} }], subjectOf(0))).toThrow(/`column`: expected/);
  });
});
