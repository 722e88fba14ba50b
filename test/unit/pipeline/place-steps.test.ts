import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ResourceSpec } from '../../../src/contracts/plan.js';
import type { Pools } from '../../../src/contracts/plan/pools.js';
import { definePipeline } from '../../../src/index.js';
import type { PipelineError } from '../../../src/errors/pipeline-error.js';
import { placeSteps } from '../../../src/pipeline/plan/place-steps.js';

const POOLS: Pools = {
  cpu: { taskQueue: 'ml-cpu', cpu: 8, memoryGiB: 32 },
  'gpu-t4': { gpu: 1, gpuType: 'T4', vramGiB: 16 },
  'gpu-a100': { gpu: 2, gpuType: 'A100', vramGiB: 80, limit: 4 },
};

const planOf = (resources: ResourceSpec, pool?: string) =>
  definePipeline('placed', { params: {} }, (p) => {
    p.step('work', { resources, ...(pool === undefined ? {} : { pool }), run: () => null });
  }).plan;

const isLimitAlone = (pool: object): boolean =>
  'limit' in pool && !['cpu', 'memoryGiB', 'gpu'].some((size) => Object.hasOwn(pool, size));

function refused(work: () => unknown): PipelineError {
  try {
    work();
  } catch (error) {
    return error as PipelineError;
  }
  throw new Error('it was not refused');
}

describe('placeSteps', () => {
  it('takes the smallest pool that has what the step asks for', () => {
    const placed = (resources: ResourceSpec, pool?: string) => placeSteps(planOf(resources, pool), POOLS)['work'];
    expect(placed({})).toEqual({ pool: 'cpu', taskQueue: 'ml-cpu' });
    expect(placed({ cpu: 9 })).toMatchObject({ pool: 'gpu-t4' });
    expect(placed({ gpu: 1 })).toEqual({ pool: 'gpu-t4', taskQueue: 'gpu-t4' });
    expect(placed({ gpu: 1, vramGiB: 40 })).toEqual({ pool: 'gpu-a100', taskQueue: 'gpu-a100', limit: 4 });
    expect(placed({ gpu: 1, gpuType: 'a100' })).toMatchObject({ pool: 'gpu-a100' });
    expect(placed({ gpu: 2 })).toMatchObject({ pool: 'gpu-a100' });
    expect(placed({}, 'gpu-a100')).toMatchObject({ pool: 'gpu-a100' });
  });

  it('places nothing without pools, and neither gates nor what has no activity', () => {
    const { plan } = definePipeline('gated', { params: {} }, (p) => {
      p.approval('release', { message: 'release?' });
      p.step('work', { run: () => null });
    });
    expect(placeSteps(plan, {})).toEqual({});
    expect(Object.keys(placeSteps(plan, POOLS))).toEqual(['work']);
  });

  it('leaves a pool that only declares a limit to the steps that name it', () => {
    const database: Pools = { database: { limit: 5 } };
    expect(placeSteps(planOf({}), database)).toEqual({});
    expect(placeSteps(planOf({ gpu: 1 }), database)).toEqual({});
    expect(placeSteps(planOf({}, 'database'), database)['work']).toMatchObject({ pool: 'database', limit: 5 });
    // By name it would come before `wide`.
    const both: Pools = { ...database, wide: { gpu: 1, limit: 9 } };
    expect(placeSteps(planOf({}), both)['work']).toMatchObject({ pool: 'wide' });
    expect(refused(() => placeSteps(planOf({}, 'tape'), database)).code).toBe('POOL_NONE_FITS');
  });

  it('names every step that no pool takes, and what the pools offer', () => {
    const { plan } = definePipeline('greedy', { params: {} }, (p) => {
      p.step('eight', { resources: { gpu: 8 }, run: () => null });
      p.step('lost', { pool: 'tpu', run: () => null });
      p.step('fat', { pool: 'cpu', resources: { memoryGiB: 64 }, run: () => null });
      p.step('fine', { run: () => null });
    });
    const { code, message, details } = refused(() => placeSteps(plan, POOLS));
    expect(code).toBe('POOL_NONE_FITS');
    expect(details).toEqual({ steps: ['eight', 'lost', 'fat'], pools: ['cpu', 'gpu-t4', 'gpu-a100'] });
    expect(message).toMatch(
      /no pool has gpu 8.*there is no pool "tpu".*memory 64 of 32 GiB.*gpu-a100 \(any cpu, .*gpu 2 of type a100/s,
    );
  });

  it('never places a step on a pool that lacks something, and finds one whenever there is one', () => {
    const amount = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
    const pool = fc.record({ cpu: amount, memoryGiB: amount, gpu: amount, vramGiB: amount, limit: amount }, { requiredKeys: [] });
    const need = fc.record({ cpu: amount, memoryGiB: amount, gpu: amount, vramGiB: amount }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), pool, { minKeys: 1 }), need, (pools, asked) => {
        const known = JSON.parse(JSON.stringify(pools)) as Pools;
        const resources = JSON.parse(JSON.stringify(asked)) as ResourceSpec;
        const base = planOf({});
        const plan = { ...base, steps: base.steps.map((step) => ({ ...step, resources })) };
        const fits = Object.entries(known)
          .filter(([, pool]) => !isLimitAlone(pool))
          .filter(
            ([, { cpu = Infinity, memoryGiB = Infinity, gpu = 0, vramGiB = 0, limit = Infinity }]) =>
              (resources.cpu ?? 0) <= cpu &&
              (resources.memoryGiB ?? 0) <= memoryGiB &&
              (resources.gpu ?? 0) <= gpu &&
              (resources.vramGiB ?? 0) <= vramGiB &&
              Math.max(1, resources.gpu ?? 0) <= limit,
          );
        if (Object.values(known).every(isLimitAlone)) expect(placeSteps(plan, known)).toEqual({});
        else if (fits.length === 0) expect(refused(() => placeSteps(plan, known)).code).toBe('POOL_NONE_FITS');
        else {
          const chosen = placeSteps(plan, known)['work']?.pool;
          expect(fits.map(([name]) => name)).toContain(chosen);
          const devices = known[chosen ?? '']?.gpu ?? 0;
          expect(fits.every(([, { gpu = 0 }]) => gpu >= devices)).toBe(true);
        }
      }),
    );
  });
});

describe('the options that place a step', () => {
  it('are kept in the plan', () => {
    const { plan } = definePipeline('kept', { params: {}, team: 'vision', priority: 2, concurrency: { runs: 3 } }, (p) => {
      p.step('work', { pool: 'gpu-a100', priority: 1, resources: { gpu: 2, gpuType: 'A100', vramGiB: 40 }, run: () => null });
    });
    expect(plan).toMatchObject({ team: 'vision', priority: 2, concurrency: { runs: 3 } });
    expect(plan.steps[0]).toMatchObject({ pool: 'gpu-a100', priority: 1, resources: { gpu: 2, gpuType: 'a100', vramGiB: 40 } });
  });

  it('are checked, all at once', () => {
    const error = refused(() =>
      definePipeline('wrong', { params: {}, team: '', priority: 9, concurrency: { runs: 0 } }, (p) => {
        p.step('work', { pool: 'GPU!', priority: 0, resources: { gpu: 0, gpuType: 'a100', vramGiB: -1 }, run: () => null });
      }),
    );
    const paths = (error.details as { issues: { path: string }[] }).issues.map(({ path }) => path);
    expect(new Set(paths)).toEqual(
      new Set([
        'team',
        'priority',
        'concurrency.runs',
        'work.pool',
        'work.priority',
        'work.resources.gpuType',
        'work.resources.vramGiB',
      ]),
    );
  });
});
