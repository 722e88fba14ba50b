import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definePipeline, PipelineError } from '../../../src/index.js';
import type { Ref } from '../../../src/index.js';
import { failureCode } from '../../../src/client/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder, until, waitFor } from '../execution-fixtures.js';
import { type Served, serve } from '../served.js';

const effects: string[] = [];

const chain = definePipeline('light-chain', { params: {} }, (p) => {
  let before: Ref<number> = p.step('s0', { light: true, run: () => 0 });
  for (let n = 1; n < 20; n++) {
    before = p.step(`s${n}`, {
      light: true,
      inputs: { before },
      run: (inputs, context) => {
        effects.push(`${context.run.workflowId}/${context.step}`);
        context.metric('n', inputs.before);
        return inputs.before + 1;
      },
    });
  }
});

const sleepy = definePipeline('light-sleepy', { params: {} }, (p) => {
  let before: Ref<number> = p.step('s0', { light: true, run: () => 0 });
  for (let n = 1; n < 10; n++) {
    before = p.step(`s${n}`, {
      light: true,
      inputs: { before },
      run: async (inputs, context) => {
        await waitFor(300, context.signal);
        return inputs.before + 1;
      },
    });
  }
});

let failures = 0;
const flaky = definePipeline('light-flaky', { params: {} }, (p) => {
  p.step('flaky', {
    light: true,
    retry: { maximumAttempts: 3, initialInterval: '10 milliseconds' },
    run: () => {
      failures += 1;
      throw new PipelineError('TRAINING_THREAD_FAILED', { what: 'a thread is gone' });
    },
  });
});

let absences = 0;
const patient = definePipeline('light-patient', { params: {} }, (p) => {
  p.step('patient', {
    light: true,
    retry: { maximumAttempts: 2, initialInterval: '10 milliseconds' },
    run: (_inputs, { attempt }) => {
      absences += 1;
      if (absences < 4) throw new PipelineError('STORE_UNREACHABLE', { what: 'the disk sleeps' });
      return attempt;
    },
  });
});

describe('light steps', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve([chain, sleepy, flaky, patient]);
  });
  afterAll(() => served.stop());

  it('run as local activities, each once, with result and metrics as any step', async () => {
    const { workflowId } = await served.client.start(chain, {});
    const { results, steps } = await served.client.result(workflowId);
    expect(results['s19']).toBe(19);
    expect(steps.find((step) => step.id === 's19')?.metrics).toEqual({ n: 18 });
    expect(effects.filter((effect) => effect.startsWith(workflowId))).toHaveLength(19);
    const events = await served.events(workflowId);
    expect(events.filter((event) => event === 'ActivityTaskScheduled')).toEqual([]);
    expect(events.filter((event) => event === 'MarkerRecorded').length).toBeGreaterThanOrEqual(20);
  });

  it('let queries and updates in while a long chain of them runs', async () => {
    const { workflowId } = await served.client.start(sleepy, {});
    const status = await until(served.client, workflowId, ({ steps }) => steps.some((step) => step.status === 'running'));
    expect(status.status).toBe('running');
    const startedAt = performance.now();
    await served.client.status(workflowId);
    // Ten steps of 0.3 s: without an end of the workflow task on the way the answer would take as long as all of them.
    expect(performance.now() - startedAt).toBeLessThan(1_800);
    await served.client.cancel(workflowId);
    await expect(served.client.result(workflowId)).rejects.toThrow();
    const { steps } = await served.client.status(workflowId);
    expect(steps.at(-1)?.status).toBe('cancelled');
  });

  it('are retried to their limit and fail with their code', async () => {
    const { workflowId } = await served.client.start(flaky, {});
    const error = await served.client.result(workflowId).catch((caught: unknown) => caught);
    expect(failureCode(error)).toMatchObject({ code: 'TRAINING_THREAD_FAILED' });
    expect(failures).toBe(3);
  });

  it('wait for a store that is away and use up no attempt', async () => {
    const { workflowId } = await served.client.start(patient, {});
    const { results } = await served.client.result(workflowId);
    expect(results['patient']).toBe(1);
    expect(absences).toBe(4);
  });

  it('give the same in this process', async () => {
    const folder = await temporaryFolder();
    const { results } = await runInProcess(chain, {}, { store: folder.path });
    expect(results['s19']).toBe(19);
    await folder.remove();
  });
});
