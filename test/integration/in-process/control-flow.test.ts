import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonValue, Pipeline } from '../../../src/index.js';
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
