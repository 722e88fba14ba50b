import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureCode } from '../../../src/client/index.js';
import { definePipeline, gt, param, PipelineError } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder, text, until, waitFor } from '../execution-fixtures.js';
import { type Served, serve } from '../served.js';
import { eventually } from '../../eventually.js';

const doubling = definePipeline('doubling', { params: { n: param.integer(), name: param.string({ default: 'nobody' }) } }, (p) =>
  p.step('double', {
    run: (_inputs, { parameters }) => {
      if (parameters['n'] === 13) throw new PipelineError('EXECUTION_INPUT_MISSING', { what: 'no thirteen' });
      return { twice: 2 * parameters['n'], name: text(parameters['name']) };
    },
  }),
);

const calling = definePipeline('calling', { params: { n: param.integer() } }, (p) => {
  const first = p.call('first', doubling, { params: { n: p.params.n, name: 'ada' } });
  const count = p.step('count', { inputs: { first }, run: (inputs) => inputs.first.twice });
  return p.call('second', doubling, { params: { n: count } });
});

const sleeping = definePipeline('sleeping', { params: {} }, (p) => {
  p.step('sleep', {
    run: async (_inputs, { signal }) => {
      await waitFor(60_000, signal);
      return 'rested';
    },
  });
});
const waiting = definePipeline('waiting', { params: {} }, (p) => p.call('nap', sleeping));
/** The called runs whose code ran, by what follows the id of the calling run. */
const calls: string[] = [];
const broken = new PipelineError('EXECUTION_INPUT_MISSING', { what: 'not yet' });
let isCallMended = false;
let isStepMended = false;
const noting = definePipeline('noting', { params: { n: param.integer() } }, (p) =>
  p.step('note', {
    run: (_inputs, { parameters, run }) => {
      calls.push(run.workflowId.slice(run.workflowId.indexOf('/')));
      if (parameters['n'] === 7 && !isCallMended) throw broken;
      return { n: parameters['n'] };
    },
  }),
);
const mapping = definePipeline('mapping', { params: {} }, (p) => {
  const mapped = p.map(
    'each',
    [0, 1],
    (item) => {
      const noted = p.call('noted', noting, { params: { n: item } });
      return p.step('after', {
        inputs: { noted },
        run: ({ noted: { n } }) => {
          if (n === 1 && !isStepMended) throw broken;
          return n;
        },
      });
    },
    { onFailure: 'block', concurrency: 1 },
  );
  return p.step('all', { inputs: { mapped }, run: ({ mapped: { succeeded } }) => succeeded });
});
const looping = definePipeline('looping', { params: {} }, (p) => {
  p.loop('again', {
    times: 1,
    start: 0,
    onFailure: 'block',
    body: () => {
      const noted = p.call('noted', noting, { params: { n: 7 }, onFailure: 'block' });
      return p.step('after', {
        inputs: { noted },
        run: ({ noted: { n } }) => {
          if (!isStepMended) throw broken;
          return n;
        },
      });
    },
    until: (last) => gt(last, 100),
  });
});
const missing = definePipeline('missing', { params: {} }, (p) => p.call('lost', 'nowhere'));
const endless = definePipeline('endless', { params: { n: param.integer({ default: 0 }) } }, (p) => {
  p.call('again', 'endless', { params: { n: p.params.n } });
});

describe('p.call', () => {
  let served: Served;
  beforeAll(async () => {
    // `doubling` and `sleeping` come with those that call them.
    served = await serve([calling, waiting, missing, endless, mapping, looping]);
  });
  afterAll(() => served.stop());

  const codeOf = async (workflowId: string) => {
    const error = await served.client.result(workflowId).catch((caught: unknown) => caught);
    return failureCode(error);
  };

  it('runs a pipeline as a child with parameters, references and the result of its builder', async () => {
    const memo = { perennial: { author: 'ada', team: 'search', force: ['first'] } };
    const { workflowId } = await served.client.start(calling, { n: 4 }, { memo });
    const { results, result, steps } = await served.client.result(workflowId);
    expect(results['first']).toEqual({ twice: 8, name: 'ada' });
    expect(result).toEqual({ twice: 16, name: 'nobody' });
    expect(steps.map((step) => step.run)).toEqual([`${workflowId}/first`, undefined, `${workflowId}/second`]);
    const child = await served.client.status(`${workflowId}/second`);
    expect(child).toMatchObject({ pipeline: 'doubling', parameters: { n: 8 } });
    expect(await served.memo(`${workflowId}/first`)).toEqual({
      perennial: { author: 'ada', team: 'search', depth: 1 },
      trigger: `called by ${workflowId}`,
    });
  });

  it('carries the code of the called run and names it', async () => {
    const { workflowId } = await served.client.start(calling, { n: 13 });
    const failure = await codeOf(workflowId);
    expect(failure.code).toBe('EXECUTION_INPUT_MISSING');
    expect(failure.message).toContain(`run "${workflowId}/first" failed: step "double" failed: no thirteen`);
  });

  it('cancels the called run with the step', async () => {
    const { workflowId } = await served.client.start(waiting, {});
    const status = await until(served.client, workflowId, ({ steps }) => steps[0]?.run !== undefined);
    expect(status.steps[0]?.waitingFor).toBe(`run ${workflowId}/nap`);
    await childIsOpen(`${workflowId}/nap`);
    await served.client.cancel(workflowId);
    await expect(served.client.result(workflowId)).rejects.toThrow();
    expect((await served.client.status(`${workflowId}/nap`)).status).toBe('cancelled');
  });

  const childIsOpen = async (workflowId: string): Promise<void> => {
    const look = (): Promise<readonly { readonly status: string }[]> =>
      served.client.status(workflowId).then(
        (status) => status.steps,
        () => [],
      );
    await eventually(look, ([step]) => step?.status === 'running');
  };

  it('tells of a called run that was terminated', async () => {
    const { workflowId } = await served.client.start(waiting, {});
    await childIsOpen(`${workflowId}/nap`);
    await served.terminate(`${workflowId}/nap`);
    expect((await codeOf(workflowId)).code).toBe('CALL_RUN_TERMINATED');
  });

  it('refuses names that the worker lacks and calls without end', async () => {
    const lost = await served.client.start(missing, {});
    const failure = await codeOf(lost.workflowId);
    expect(failure.code).toBe('EXECUTION_UNKNOWN_PIPELINE');
    expect(failure.message).toContain('doubling');
    const deep = await served.client.start(endless, {});
    expect((await codeOf(deep.workflowId)).code).toBe('CALL_TOO_DEEP');
  });

  it('in a body that is run again takes the run that had succeeded, whichever round of it that was', async () => {
    const blocked = (workflowId: string, what: RegExp) =>
      until(served.client, workflowId, (status) => status.status === 'blocked' && what.test(JSON.stringify(status)));
    const map = await served.client.start(mapping, {});
    await blocked(map.workflowId, /each/);
    expect(calls.splice(0)).toEqual(['/noted[0]', '/noted[1]']);
    const loop = await served.client.start(looping, {});
    await blocked(loop.workflowId, /noted/);
    isCallMended = true;
    await served.client.resume(loop.workflowId, { step: 'noted[0]', action: 'retry' });
    await until(served.client, loop.workflowId, ({ steps }) => steps[0]?.status === 'blocked');
    expect(calls.splice(0)).toEqual(['/noted[0]', '/noted[0]~2']);

    isStepMended = true;
    await served.client.resume(map.workflowId, { step: 'each', action: 'retry' });
    await served.client.resume(loop.workflowId, { step: 'again', action: 'retry' });
    expect((await served.client.result(map.workflowId)).result).toBe(2);
    expect((await served.client.result(loop.workflowId)).results['again']).toMatchObject({ result: 7, rounds: 1 });
    expect(calls).toEqual([]);
  });

  it('gives the same in this process', async () => {
    const folder = await temporaryFolder();
    const { result, steps } = await runInProcess(calling, { n: 4 }, { store: folder.path });
    expect(result).toEqual({ twice: 16, name: 'nobody' });
    expect(steps[0]?.run).toMatch(/\/first$/);
    const failed = await runInProcess(calling, { n: 13 }, { store: folder.path });
    expect(failed.steps[0]?.failure?.code).toBe('EXECUTION_INPUT_MISSING');
    const unknown = await runInProcess(missing, {}, { store: folder.path });
    expect(unknown.steps[0]?.failure?.code).toBe('CALL_NOT_IN_PROCESS');
    await folder.remove();
  });
});
