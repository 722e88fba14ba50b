import { describe, expect, it } from '@jest/globals';
import { eq, gt, trainer } from '../../../src/index.js';
import { type Builder, define, issuesOf, trained } from './flights.js';

const run = (): number => 1;
const stepsOf = (build: (p: Builder) => void) => define(build).plan.steps;

/** The result of one of two steps, named after a letter. */
const either = (p: Builder, letter: string) =>
  p.when(
    gt(p.params.trees, 1),
    () => p.step(`${letter}1`, { run }),
    () => p.step(`${letter}2`, { run }),
  );

describe('a p.when of which both functions return a reference', () => {
  it('is a join of mode first of the two, from its first use on', () => {
    const steps = stepsOf((p) => {
      const said = either(p, 'a');
      p.step('uses', { inputs: { said }, run });
      p.step('again', { inputs: { said }, run });
    });
    expect(steps.map(({ id }) => id)).toEqual(['a1', 'a2', 'a1-or-a2', 'uses', 'again']);
    expect(steps[2]).toMatchObject({ kind: 'join', join: 'first', needs: ['a1', 'a2'] });
    expect(steps[2]).not.toHaveProperty('when');
    expect(steps[3]?.inputs).toEqual({ said: { step: 'a1-or-a2' } });
  });

  it('adds no step while nothing uses it', () => {
    const steps = stepsOf((p) => {
      either(p, 'a');
    });
    expect(steps.map(({ id }) => id)).toEqual(['a1', 'a2']);
  });

  it('is used by an order, a condition, a clean-up, and as the result of the pipeline', () => {
    const used = define((p) => {
      p.step('ordered', { after: [either(p, 'a')], run });
      p.when(gt(either(p, 'b'), 1), () => p.step('conditional', { run }));
      p.finally('tidy', { inputs: { last: either(p, 'c') }, run: () => null });
      return either(p, 'd');
    });
    const ids = used.plan.steps.filter(({ kind }) => kind === 'join').map(({ id }) => id);
    expect(ids.sort()).toEqual(['a1-or-a2', 'b1-or-b2', 'c1-or-c2', 'd1-or-d2']);
    expect(used.plan.steps.find(({ id }) => id === 'ordered')?.needs).toEqual(['a1-or-a2']);
    expect(used.plan.result).toEqual({ step: 'd1-or-d2' });
  });

  it('stands in the branch in which it was made, wherever it is used', () => {
    const steps = stepsOf((p) => {
      const outer = p.when(
        eq(p.params.trees, 7),
        () => either(p, 'a'),
        () => p.step('b', { run }),
      );
      p.step('uses', { inputs: { outer }, run });
    });
    const [inner, whole] = steps.filter(({ kind }) => kind === 'join');
    expect(inner?.id).toBe('a1-or-a2');
    expect(inner?.when).toEqual(steps.find(({ id }) => id === 'b')?.when?.map((guard) => ({ ...guard, is: true })));
    expect(whole).toMatchObject({ id: 'a1-or-a2-or-b', needs: ['a1-or-a2', 'b'] });
    expect(whole).not.toHaveProperty('when');
  });

  it('stands in the body in which it was made', () => {
    const [loop, map] = stepsOf((p) => {
      p.loop('rounds', { times: 2, start: 1, body: () => either(p, 'a'), until: (last) => gt(last, 3) });
      p.map('items', [1, 2], () => {
        const said = either(p, 'b');
        p.when(gt(p.params.trees, 5), () => p.map('inner', [1], () => p.step('deep', { inputs: { said }, run })));
      });
    });
    expect(loop?.body).toMatchObject({ result: { step: 'a1-or-a2' }, steps: [{}, {}, { id: 'a1-or-a2', kind: 'join' }] });
    const joined = map?.body?.steps.find(({ kind }) => kind === 'join');
    expect(joined).toMatchObject({ id: 'b1-or-b2', needs: ['b1', 'b2'] });
    expect(joined).not.toHaveProperty('when');
    expect(map?.body?.steps.find(({ id }) => id === 'inner')?.needs).toEqual(['b1-or-b2']);
  });

  it('offers the fields of the result, and is of the stage that both branches are of', () => {
    const steps = stepsOf((p) => {
      const { features } = trained(p);
      const model = p.when(
        gt(p.params.trees, 1),
        () => p.train(features, { id: 'large', trainer: trainer.gbdt({ trees: 200 }) }),
        () => p.train(features, { id: 'small', trainer: trainer.gbdt({ trees: 20 }) }),
      );
      p.evaluate(model, { id: 'judged' });
      p.step('uses', { inputs: { rows: model.meta.trainRows }, run });
    });
    expect(steps.find(({ id }) => id === 'judged')?.inputs['model']).toEqual({ step: 'large-or-small' });
    expect(steps.find(({ id }) => id === 'uses')?.inputs['rows']).toEqual({
      step: 'large-or-small',
      path: ['meta', 'trainRows'],
    });
  });

  it('refuses a step that runs whichever branch is taken, and an id that is taken', () => {
    const always = issuesOf((p) => {
      const before = p.step('before', { run });
      const said = p.when(
        gt(p.params.trees, 1),
        () => p.step('better', { run }),
        () => before,
      );
      p.step('uses', { inputs: { said }, run });
    });
    expect(always).toEqual([
      {
        rule: 'join',
        path: 'better-or-before',
        message: '"before" runs whichever branch is taken; let each branch return the result of a step that it declares',
      },
    ]);
    const taken = issuesOf((p) => {
      p.step('a1-or-a2', { run });
      p.step('uses', { inputs: { said: either(p, 'a') }, run });
    });
    expect(taken).toEqual([expect.objectContaining({ rule: 'duplicate-id', path: 'a1-or-a2' })]);
    expect(taken[0]?.message).toContain('join the two by p.join with an id of your own');
  });

  it('cannot be used outside of its body', () => {
    const issues = issuesOf((p) => {
      let inside: ReturnType<typeof either> | undefined;
      p.map('items', [1, 2], () => (inside = either(p, 'a')));
      p.step('uses', { inputs: { inside: inside! }, run });
    });
    expect(issues).toEqual([expect.objectContaining({ rule: 'inside-a-body', path: 'uses.inputs.inside' })]);
  });
});

describe('a p.when of which one function returns no reference', () => {
  it('gives what both returned', () => {
    define((p) => {
      const branches = p.when(
        gt(p.params.trees, 1),
        () => ({ a: p.step('a', { run }) }),
        () => p.step('b', { run }),
      );
      expect(Object.keys(branches)).toEqual(['met', 'otherwise']);
      expect(p.when(gt(p.params.trees, 1), () => p.step('c', { run })).otherwise).toBeUndefined();
    });
  });
});
