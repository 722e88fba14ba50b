import { expect, it } from '@jest/globals';
import { definePipeline, eq, range } from '../../../../src/index.js';

const tooLarge = expect.objectContaining({ code: 'AUTHORING_PLAN_TOO_LARGE' });

const withSteps = (count: number, description = '') =>
  definePipeline('many', { params: {} }, (p) => {
    for (let n = 0; n < count; n += 1) p.step(`step-${n}`, { light: true, description, run: () => n });
  });

it('a pipeline has as many steps as the history of a run can hold', () => {
  expect(withSteps(500).plan.steps).toHaveLength(500);
  expect(() => withSteps(2_001)).toThrow(tooLarge);
  expect(() => withSteps(2_001)).toThrow('expected at most 2000, those inside bodies included, got 2001');
});

it('the steps of bodies count', () => {
  const define = () =>
    definePipeline('mapped', { params: {} }, (p) => {
      p.map('each', range(2), () => {
        for (let n = 0; n < 2_000; n += 1) p.step(`step-${n}`, { light: true, run: () => n });
      });
    });
  expect(define).toThrow(tooLarge);
});

it('the plan itself is bounded, and the largest step named', () => {
  expect(() => withSteps(500, 'x'.repeat(3_000))).toThrow(tooLarge);
  const define = () =>
    definePipeline('loop', { params: {} }, (p) => {
      p.step('small', { run: () => 1 });
      p.loop('long', {
        times: 1,
        start: { text: 'x'.repeat(2_000_000) },
        body: (previous) => p.step('half', { inputs: { previous }, run: ({ previous: { text } }) => ({ text }) }),
        until: (last) => eq(last.text, ''),
      });
    });
  expect(define).toThrow('of step "long"');
});
