import { describe, expect, it } from '@jest/globals';
import { drift, gate, gt, on, sql } from '../../../../src/index.js';
import type { Reference } from '../../../../src/index.js';
import { type Builder, flights, found, issuesOf, trained } from '../flights.js';

const run = (): null => null;
const score = (): { readonly value: number } => ({ value: 1 });

describe('the linter of control flow', () => {
  it('finds conditions that are none, operands that are none, and branches without steps', () => {
    const build = (p: Builder): void => {
      const measured = p.step('measured', { run: score });
      p.when(true as never, () => p.step('a', { run }));
      p.when(gt(flights.distance, 1) as never, () => p.step('b', { run }));
      p.when(sql`${flights.distance} > 1` as never, () => p.step('c', { run }));
      p.when(gt(measured.value, 1), () => undefined);
    };
    expect(found(build)).toEqual(['condition when', 'condition when', 'condition when', 'condition when']);
    expect(issuesOf(build)[0]?.message).toMatch(/^expected a condition such as .*, got /);
    expect(issuesOf(build)[1]?.message).toContain('column "distance" has a value in each row and none in a run');
    expect(issuesOf(build)[2]?.message).toContain('SQL is answered for rows');
    expect(issuesOf(build)[3]?.message).toBe('neither branch declares a step');
  });

  it('finds joins of nothing, of what is always there, and of stages that later ones could not tell apart', () => {
    const build = (p: Builder): void => {
      const { model } = trained(p);
      const evaluations = [
        p.evaluate(model, { id: 'one', model: 'one' }),
        p.evaluate(model, { id: 'other', model: 'other', gate: gate.betterThanChampion('roc_auc') }),
      ] as const;
      p.join('evaluated', evaluations, { mode: 'first' });
      p.join('nothing', [] as never, { mode: 'all' });
      p.loop('rounds', {
        times: 2,
        start: { value: 1 },
        body: (previous) => {
          p.join('again', [previous], { mode: 'all' });
          return p.step('inside', { run: score });
        },
        until: (last) => gt(last.value, 1),
      });
    };
    expect(found(build)).toEqual(['join evaluated', 'join nothing', 'join again']);
    expect(issuesOf(build)[0]?.message).toContain('differ in their model');
  });

  it('finds loops whose round gives nothing, and conditions that read inside the loop past their argument', () => {
    const build = (p: Builder): void => {
      p.loop('empty', { times: 2, body: () => undefined as never, until: () => gt(p.params.trees, 1) });
      let inside: Reference<{ readonly value: number }> | undefined;
      p.loop('peeking', { times: 2, body: () => (inside = p.step('inside', { run: score })), until: () => gt(inside!.value, 1) });
    };
    expect(issuesOf(build).filter(({ rule }) => rule === 'loop')).toEqual([
      expect.objectContaining({ path: 'empty' }),
      expect.objectContaining({ path: 'peeking.until', message: expect.stringContaining('reads "inside"') }),
    ]);
  });

  it('finds approvals that nobody could pass, or whose rules cannot take effect', () => {
    expect(
      found((p) => {
        const message = 'ship it?';
        p.approval('expiry', { message, onExpiry: 'approve' });
        p.approval('quorum', { message, approvers: ['ada', 'bob'], quorum: 3 });
        p.approval('anybody', { message, escalate: { after: '1 hour', to: ['eve'] } });
        p.approval('late', { message, approvers: ['ada'], expires: '1 hour', escalate: { after: '2 hours', to: ['eve'] } });
        p.approval('people', { message, approvers: [] });
        p.approval('twice', { message, approvers: ['Ada', ' ada', ' '] });
      }),
    ).toEqual([
      'approval expiry.onExpiry',
      'approval quorum.quorum',
      'approval anybody.escalate',
      'approval late.escalate.after',
      'approval people.approvers',
      'approval twice.approvers',
      'approval twice.approvers',
    ]);
  });

  it('finds clean-up that is not at the root, that would wait for a person, and inputs with a name that is taken', () => {
    expect(
      found((p) => {
        const measured = p.step('measured', { run: score });
        p.when(gt(measured.value, 1), () => {
          p.finally('branch', { run });
        });
        p.finally('waiting', { onFailure: 'block' as 'fail', run });
        p.finally('taken', { inputs: { outcome: measured } as never, run });
      }).filter((issue) => issue.startsWith('finally')),
    ).toEqual(['finally branch', 'finally waiting.onFailure', 'finally taken.inputs.outcome']);
  });

  it('finds steps of a body used outside, stages that exist once for a model, and people asked once for each item', () => {
    const build = (p: Builder): void => {
      let inside: Reference<{ readonly value: number }> | undefined;
      p.map('each', [1, 2], () => {
        p.approval('review', { message: 'good?' });
        return (inside = p.step('inside', { onFailure: 'block', run: score }));
      });
      p.step('outside', { inputs: { inside: inside! }, run });
      const endpoint = p.deploy(p.evaluate(trained(p).model), { endpoint: 'flights' });
      p.map('many', [1, 2], () => {
        const monitor = p.monitor(endpoint, { every: '1 day', drift: [drift.psi(flights.distance, { max: 1 })] });
        p.retrain(monitor, { on: [on.drift()] });
      });
    };
    expect(found(build).filter((issue) => issue.startsWith('inside-a-'))).toEqual([
      'inside-a-body outside.inputs.inside',
      'inside-a-body monitor',
      'inside-a-body retrain',
      'inside-a-map review',
      'inside-a-map inside.onFailure',
    ]);
  });
});
