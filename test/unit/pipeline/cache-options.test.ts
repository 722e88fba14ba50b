import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { definePipeline } from '../../../src/index.js';
import type { CacheOptions, Pipeline } from '../../../src/index.js';
import { define, found, trained } from './flights.js';

const withStep = (cache: boolean | CacheOptions | undefined): Pipeline =>
  definePipeline('caching', { params: {} }, (p) => {
    p.step('work', { ...(cache === undefined ? {} : { cache }), run: () => 1 });
  });

describe('the option `cache`', () => {
  it('is on for the stages without effects, and off for the rest', () => {
    const { plan } = define((p) => {
      p.deploy(p.evaluate(trained(p).model));
      p.step('own', { run: () => null });
    });
    const cached = plan.steps.filter((step) => step.cache !== undefined).map((step) => step.id);
    expect(cached).toEqual(['ingest', 'validate', 'feature', 'train', 'evaluate']);
    expect(plan.steps[0]?.cache).toEqual({ version: null, environment: [], expiresMs: null });
  });

  it('is switched on for a step of your own, and off for a stage', () => {
    expect(withStep(undefined).plan.steps[0]?.cache).toBeUndefined();
    expect(withStep(false).plan.steps[0]?.cache).toBeUndefined();
    expect(withStep({ version: 'b', environment: ['CUDA', 'ARCH', 'CUDA'], expires: '2 days' }).plan.steps[0]?.cache).toEqual({
      version: 'b',
      environment: ['ARCH', 'CUDA'],
      expiresMs: 172_800_000,
    });
  });

  it('is refused where a step always runs, and when it cannot be read', () => {
    expect(found((p) => p.deploy(p.evaluate(trained(p).model), { cache: true }))).toEqual(['cache deploy.cache']);
    expect(found((p) => p.approval('ask', { message: 'Go?', cache: {} }))).toEqual(['cache ask.cache']);
    expect(found((p) => p.deploy(p.evaluate(trained(p).model), { cache: false }))).toEqual([]);
    expect(found((p) => p.step('s', { run: () => 1, cache: { version: '', environment: ['A-B'] } }))).toEqual([
      'cache s.cache.version',
      'cache s.cache.environment.0',
    ]);
    expect(found((p) => p.step('s', { run: () => 1, cache: { expires: 'soon' as '1 day' } }))).toEqual([
      'duration s.cache.expires',
    ]);
  });

  it('makes another plan', () => {
    expect(withStep(true).plan.hash).not.toBe(withStep(false).plan.hash);
  });

  it('knows the file that defines the pipeline', () => {
    expect(withStep(true).file).toBe(fileURLToPath(import.meta.url));
  });
});
