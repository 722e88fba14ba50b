import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StepState } from '../../../src/contracts/run.js';
import { definePipeline, gt, gte, param, type Pipeline, secret } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';

let store: string;
beforeAll(async () => {
  store = await mkdtemp(path.join(os.tmpdir(), 'perennial-flow-failures-'));
});
afterAll(() => rm(store, { recursive: true, force: true }));

async function run<Params>(pipeline: Pipeline<Params>, parameters: Params) {
  const { status, results, steps } = await runInProcess(pipeline, parameters, { store });
  const named = (id: string): StepState | undefined => steps.find((step) => step.id === id);
  return { status, results, named };
}

const once = { retry: { maximumAttempts: 1 } } as const;

describe('a condition that compares with a number', () => {
  const measuring = (score: unknown) => () => ({ score }) as { readonly score: number };

  it('fails the step or the loop that it decides about, with the reason, when there is no number', async () => {
    const pipeline = definePipeline('undecided', { params: {} }, (p) => {
      const measured = { nothing: null, text: 'high', absent: undefined };
      for (const [name, score] of Object.entries(measured)) {
        const step = p.step(name, { run: () => (score === undefined ? {} : { score }) as unknown as { readonly score: number } });
        p.when(gt(step.score, 0.5), () => p.step(`publish-${name}`, { onFailure: 'continue', run: () => null }));
      }
      p.loop('rounds', {
        onFailure: 'continue',
        times: 3,
        body: () => p.step('measure', { run: measuring(null) }),
        until: (last) => gte(last.score, 1),
      });
    });
    const { named } = await run(pipeline, {});
    const undecided = (text: string) => ({
      status: 'failed',
      failure: { code: 'EXECUTION_CONDITION_UNDECIDED', message: expect.stringContaining(text) },
    });
    expect(named('publish-nothing')).toMatchObject(undecided('nothing.score > 0.5 compares null with 0.5'));
    expect(named('publish-text')).toMatchObject(undecided('text.score > 0.5 compares "high" with 0.5'));
    expect(named('publish-absent')).toMatchObject(undecided('absent.score has no value'));
    expect(named('rounds')).toMatchObject(undecided('rounds.last.score'));
  });
});

describe('a guard on a step that joins also join', () => {
  const modes = ['any', 'first', 'all'] as const;
  const guarded = definePipeline('guarded-joins', { params: { fate: param.integer() } }, (p) => {
    const one = p.step('one', {
      ...once,
      onFailure: 'continue',
      run: (_, { parameters }) => {
        if (parameters['fate'] === 0) throw new Error('unlucky');
        return { value: parameters['fate'] };
      },
    });
    const other = p.step('other', { run: () => ({ value: 0 }) });
    p.when(gt(one.value, 1), () => modes.map((mode) => p.join(mode, [one, other], { mode })));
  });

  it('skips them when that step failed, and the run ends', async () => {
    const { status, named } = await run(guarded, { fate: 0 });
    expect(status).toBe('succeeded');
    for (const mode of modes)
      expect(named(mode)).toMatchObject({ status: 'skipped', reason: 'it asks about "one", which is failed' });
  });

  it('decides by its result', async () => {
    const low = await run(guarded, { fate: 1 });
    expect(modes.map((mode) => low.named(mode)?.status)).toEqual(['skipped', 'skipped', 'skipped']);
    const { results } = await run(guarded, { fate: 2 });
    const both = [{ value: 2 }, { value: 0 }];
    expect(results).toMatchObject({ any: both, first: { value: 2 }, all: both });
  });
});

describe('a loop', () => {
  it('has 1 to 1,000 rounds, also where a parameter says how many', async () => {
    const params = { none: param.integer(), most: param.integer(), many: param.integer() };
    const pipeline = definePipeline('bound', { params }, (p) => {
      for (const name of ['none', 'most', 'many'] as const) {
        p.loop(name, {
          onFailure: 'continue',
          times: p.params[name],
          body: (_, iteration) =>
            p.step(`round-${name}`, { inputs: { iteration }, run: ({ iteration: number }) => ({ number }) }),
          until: (last) => gte(last.number, 0),
        });
      }
    });
    const { results, named } = await run(pipeline, { none: 0, most: 1_000, many: 1_001 });
    expect(results).toEqual({ most: { result: { number: 0 }, rounds: 1, met: true } });
    for (const [name, times] of [
      ['none', 0],
      ['many', 1_001],
    ] as const) {
      const message = expect.stringContaining(`loop "${name}" cannot have ${times} rounds`);
      expect(named(name)?.failure).toMatchObject({ code: 'EXECUTION_LOOP_BOUND', message });
    }
  });
});

describe('clean-up with the policy continue', () => {
  it('leaves a run succeeded when it fails, and the other clean-up runs', async () => {
    const pipeline = definePipeline('lenient', { params: {} }, (p) => {
      p.step('work', { run: () => 'done' });
      p.finally('broken', {
        ...once,
        onFailure: 'continue',
        run: () => {
          throw new Error('the broom broke');
        },
      });
      p.finally('tidy', { run: ({ outcome: { status } }) => status });
    });
    const { status, results, named } = await run(pipeline, {});
    expect(status).toBe('succeeded');
    expect(named('broken')).toMatchObject({ status: 'failed', failure: { code: 'EXECUTION_STEP_FAILED' } });
    expect(results['tidy']).toBe('succeeded');
  });
});

describe('clean-up with secrets', () => {
  const values = new Map([['BUCKET_KEY', 'a key of the bucket']]);
  const secrets = { place: 'the test', read: (name: string) => Promise.resolve(values.get(name) ?? null) };

  it('finds their values in its context', async () => {
    const pipeline = definePipeline('secret-clean-up', { params: {} }, (p) => {
      p.step('work', { run: () => 'done' });
      p.finally('tidy', { secrets: { key: secret('BUCKET_KEY') }, run: (_, { secrets: { key } }) => ({ length: key.length }) });
    });
    const { status, results } = await runInProcess(pipeline, {}, { store, secrets });
    expect(status).toBe('succeeded');
    expect(results['tidy']).toEqual({ length: 'a key of the bucket'.length });
  });
});
