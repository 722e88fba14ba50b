import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RetrainConfig } from '../../../src/contracts/stages/retrain.js';
import {
  finishProblems,
  pauseProblems,
  policyProblems,
  requestProblems,
  triggerProblems,
} from '../../../workflows/messages/training.js';
import { decide } from '../../../workflows/entities/training/decide-retrain.js';
import { retrainParameters } from '../../../workflows/entities/training/retrain-parameters.js';
import { initialState, receive } from '../../../workflows/entities/training/training-state.js';

const NOW = Date.parse('2001-03-01T00:00:00Z');
const POLICY: RetrainConfig = {
  model: 'm',
  pipeline: 'p',
  on: [{ on: 'drift' }, { on: 'new_rows', rows: 10 }, { on: 'cron', expression: '0 3 * * 1', timezone: 'UTC' }],
  debounceMs: 0,
  coolDownMs: 0,
  budget: { runs: 1, perMs: 1 },
  clock: 'event',
  window: { lengthMs: 1_000, from: 'from', to: 'to' },
  parameters: {},
};

describe('what the continuous training lets in', () => {
  it('lets well-formed messages in', () => {
    expect(triggerProblems({ id: 'a', kind: 'drift', at: '2001-02-01', score: 0.2, threshold: 0.1 }, NOW)).toEqual([]);
    expect(policyProblems(POLICY, 'm')).toEqual([]);
    const growing = { lengthMs: null, since: '2001-01-01', from: 'from', to: 'to' };
    expect(policyProblems({ ...POLICY, window: growing }, 'm')).toEqual([]);
    expect(finishProblems({ workflowId: 'w', status: 'COMPLETED', outcome: 'promoted' })).toEqual([]);
    expect(requestProblems({ by: 'ada', reason: 'why', at: '2001-02-01T00:00:00Z' }, NOW, ['reason'])).toEqual([]);
    expect(pauseProblems({ by: 'ada', paused: false }, NOW)).toEqual([]);
  });

  it('names every field that is wrong', () => {
    expect(triggerProblems({ id: '', kind: 'rain', at: 'soon', rows: -1, score: null, threshold: Number.NaN }, NOW)).toHaveLength(
      6,
    );
    expect(policyProblems({}, 'm')).toHaveLength(9);
    expect(policyProblems({ ...POLICY, on: [{ on: 'new_rows', rows: '9' }] }, 'm')).toEqual([
      '`on` must list at most 100 triggers: {on: drift | performance | new_rows | cron | window, ...}',
    ]);
    const window = { from: 'from', to: 'to' };
    for (const wrong of [{ lengthMs: null }, { lengthMs: null, since: 'soon' }, { lengthMs: 1, since: '2001-01-01' }, {}])
      expect(policyProblems({ ...POLICY, window: { ...window, ...wrong } }, 'm')).toHaveLength(1);
    expect(finishProblems(null)).toHaveLength(2);
    expect(requestProblems('ada', NOW, ['reason'])).toHaveLength(2);
    expect(pauseProblems(undefined, NOW)).toHaveLength(2);
  });

  it('turns away what is too long, too large or too far in the future, with the reason', () => {
    const fine = { id: 'a', kind: 'drift', at: '2001-03-02' } as const;
    expect(triggerProblems(fine, NOW)).toEqual([]);
    expect(triggerProblems({ ...fine, column: 'x'.repeat(700_000) }, NOW)).toEqual([
      '`column` must be a text of at most 256 characters',
    ]);
    expect(triggerProblems({ ...fine, column: { name: 'x' } }, NOW)).toHaveLength(1);
    expect(triggerProblems({ ...fine, at: '9999-12-31' }, NOW)).toEqual([
      '`at` must not lie after 2001-03-03, two days from now',
    ]);
    expect(triggerProblems({ ...fine, at: `2001-02-01 (${'a comment '.repeat(99)})` }, NOW)).toHaveLength(1);
    expect(triggerProblems({ ...fine, rows: 1e300 }, NOW)).toHaveLength(1);
    expect(requestProblems({ by: 'ada', at: '9999-12-31' }, NOW)).toHaveLength(1);
    expect(policyProblems({ ...POLICY, parameters: { text: 'x'.repeat(20_000) } }, 'm')).toHaveLength(1);
    expect(policyProblems({ ...POLICY, note: 'x'.repeat(100_000) }, 'm')).toHaveLength(1);
  });

  it('lets nothing in that the policy cannot decide about', () => {
    const anything = fc.oneof(fc.anything(), fc.constantFrom('2001-02-01', '9999-12-31', 'drift', 'manual', 0, 5));
    const signal = fc.record(
      { id: anything, kind: anything, at: anything, rows: anything, score: anything, threshold: anything },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(signal, (received) => {
        if (triggerProblems(received, NOW).length > 0) return;
        const state = receive({ ...initialState('m'), policy: POLICY }, received as Parameters<typeof receive>[1], NOW);
        const verdict = decide(state, NOW);
        if (verdict.action === 'start') retrainParameters(POLICY, verdict);
      }),
    );
  });
});
