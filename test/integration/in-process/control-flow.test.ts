import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definePipeline, gt, type JsonValue, lt, param, type Pipeline } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { branching, cleaning, halving } from '../control-flow/control-flow-fixtures.js';

let store: string;
beforeAll(async () => {
  store = await mkdtemp(path.join(os.tmpdir(), 'perennial-flow-'));
});
afterAll(() => rm(store, { recursive: true, force: true }));

async function run<Params>(pipeline: Pipeline<Params>, parameters: Params) {
  const { status, results, steps } = await runInProcess(pipeline, parameters, { store });
  return { status, results, statuses: Object.fromEntries(steps.map((step) => [step.id, step.status])), steps };
}

describe('branches', () => {
  it('runs the branch whose condition holds, skips the other with the reason, and joins them', async () => {
    const { status, results, statuses, steps } = await run(branching, { score: 0.75 });
    expect(status).toBe('succeeded');
    expect(statuses).toMatchObject({ publish: 'succeeded', reject: 'skipped', extra: 'skipped', report: 'succeeded' });
    expect(results['report']).toEqual({ said: 'published 0.75', extra: null, rejected: null, published: 'published 0.75' });
    expect(steps.find(({ id }) => id === 'reject')?.reason).toBe('because measure.metrics.auc (0.75) > 0.7');
    expect(steps.find(({ id }) => id === 'extra')?.reason).toBe(
      'not parameter mode ("fast") = "full" and not measure.metrics.auc (0.75) < 0.8',
    );
    expect(results['tidy']).toEqual({ extra: null, rejected: null, outcome: { status: 'succeeded', failures: [] } });
  });

  it('takes the other branch, and nested ones add up', async () => {
    expect((await run(branching, { score: 0.6, mode: 'full' })).results['report']).toEqual({
      said: 'rejected',
      extra: null,
      rejected: 'rejected',
      published: null,
    });
    expect((await run(branching, { score: 0.9, mode: 'full' })).results['report']).toMatchObject({ extra: 1.8 });
  });
});

describe('what a p.when gives where both branches return a reference', () => {
  const nested = definePipeline('nested', { params: { size: param.number(), asked: param.boolean({ default: true }) } }, (p) => {
    const words = p.when(p.params.asked, () => {
      const said = p.when(
        gt(p.params.size, 10),
        () => p.step('large', { run: () => ({ text: 'large' }) }),
        () =>
          p.loop('rounds', {
            times: 5,
            start: { text: '' },
            body: (previous) =>
              p.when(
                lt(p.params.size, 1),
                () => p.step('tiny', { inputs: { text: previous.text }, run: ({ text }) => ({ text: `${text}t` }) }),
                () => p.step('small', { inputs: { text: previous.text }, run: ({ text }) => ({ text: `${text}s` }) }),
              ),
            until: (last) => gt(last.text, 'ss'),
          }).result,
      );
      return p.step('report', { inputs: { said: said.text }, run: ({ said: text }) => text });
    });
    p.finally('tidy', { inputs: { words: words.met }, run: ({ words: text }) => text });
  });

  it('is the result of the branch that is taken', async () => {
    const large = await run(nested, { size: 11 });
    expect(large.results).toMatchObject({ report: 'large', tidy: 'large' });
    expect(large.statuses).toMatchObject({ rounds: 'skipped', 'large-or-rounds': 'succeeded' });
    const small = await run(nested, { size: 5 });
    expect(small.results).toMatchObject({ report: 'sss', tidy: 'sss' });
    expect(small.statuses).toMatchObject({ large: 'skipped', rounds: 'succeeded' });
    expect((await run(nested, { size: 0.5 })).results).toMatchObject({ report: 't' });
  });

  it('is skipped where both branches are', async () => {
    const { status, results, statuses } = await run(nested, { size: 5, asked: false });
    expect(status).toBe('succeeded');
    expect(statuses).toMatchObject({ large: 'skipped', rounds: 'skipped', 'large-or-rounds': 'skipped', report: 'skipped' });
    expect(results['tidy']).toBeNull();
  });
});

describe('loops', () => {
  it('repeat until the condition holds, each round with a seed of its own', async () => {
    const { results, statuses, steps } = await run(halving, { from: 10 });
    const { result, rounds, met } = results['halve'] as {
      result: { value: number; seeds: number[] };
      rounds: number;
      met: boolean;
    };
    expect({ value: result.value, rounds, met }).toEqual({ value: 1.25, rounds: 3, met: true });
    expect(new Set(result.seeds).size).toBe(4);
    expect(statuses).toEqual({ first: 'succeeded', halve: 'succeeded', long: 'succeeded', end: 'succeeded' });
    expect(steps.find(({ id }) => id === 'halve')?.items).toEqual({ done: 3, failed: 0, total: 5 });
    const again = (await run(halving, { from: 10 })).results['halve'] as { result: JsonValue };
    expect(again.result).toEqual(result);
  });

  it('end with a value, not an error, when the rounds are used up', async () => {
    const { status, results } = await run(halving, { from: 100, rounds: 2 });
    expect(status).toBe('succeeded');
    expect(results['halve']).toMatchObject({ result: { value: 25 }, rounds: 2, met: false });
  });
});

describe('clean-up', () => {
  it('runs after a success and after a failure, and is told which', async () => {
    const pipeline = cleaning('cleaning-in-process', () => 'tidied');
    expect((await run(pipeline, { fate: 'well' })).results['tidy']).toEqual({
      worked: 'worked',
      outcome: { status: 'succeeded', failures: [] },
      said: 'tidied',
    });
    const failed = await run(pipeline, { fate: 'badly' });
    expect(failed.status).toBe('failed');
    expect(failed.results['tidy']).toMatchObject({
      worked: null,
      outcome: { status: 'failed', failures: [{ step: 'work', code: 'EXECUTION_STEP_FAILED' }] },
    });
  });

  it('fails a run that had succeeded when it fails itself', async () => {
    const pipeline = cleaning('cleaning-badly', () => {
      throw new Error('the broom broke');
    });
    expect((await run(pipeline, { fate: 'well' })).status).toBe('failed');
  });
});
