import { describe, expect, it } from '@jest/globals';
import { definePipeline } from '../../../../src/index.js';
import { found } from '../flights.js';

const run = (): null => null;

describe('a light step', () => {
  it('is marked in the plan and has 10 seconds at most', () => {
    const { plan } = definePipeline('tiny', { params: {} }, (p) => {
      p.step('quick', { light: true, run });
      p.step('usual', { light: false, run });
    });
    expect(plan.steps[0]).toMatchObject({ light: true, timeoutMs: 10_000 });
    expect(plan.steps[1]).not.toHaveProperty('light');
  });

  it('asks for nothing that a local activity lacks', () => {
    const wrong = found((p) => {
      p.step('s', {
        light: true,
        resources: { gpu: 1 },
        pool: 'gpu',
        heartbeat: '1 second',
        live: {},
        timeout: '11 seconds',
        run,
      });
      p.step('fine', { light: true, resources: { cpu: 1 }, timeout: '10 seconds', run });
    });
    expect(wrong.toSorted()).toEqual([
      'light-step s.heartbeat',
      'light-step s.live',
      'light-step s.pool',
      'light-step s.resources.gpu',
      'light-step s.timeout',
    ]);
  });
});
