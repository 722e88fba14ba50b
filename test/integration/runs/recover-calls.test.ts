import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureCode } from '../../../src/client/index.js';
import { definePipeline, param, PipelineError } from '../../../src/index.js';
import { eventually } from '../../eventually.js';
import { until } from '../execution-fixtures.js';
import { type Served, serve } from '../served.js';
import { runCli } from '../cli/run-cli.js';

/** The called runs whose code ran, by their whole id. */
const called: string[] = [];
const ended: string[] = [];
/** Items whose step after the call fails. */
let broken: readonly number[] = [];
let isHeld = false;
let release: () => void = () => undefined;

const noting = definePipeline('noting', { params: { n: param.integer() } }, (p) =>
  p.step('note', {
    run: async (_inputs, { parameters, run }) => {
      called.push(run.workflowId);
      if (isHeld && parameters['n'] === 2)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      ended.push(run.workflowId);
      return { n: parameters['n'] };
    },
  }),
);
const mapping = definePipeline('mapping', { params: { last: param.integer({ default: 2 }) } }, (p) => {
  const last = p.step('last', { run: (_, { parameters }) => parameters['last'] });
  const each = p.map(
    'each',
    [0, 1, 2],
    (item) => {
      const number = p.step('number', {
        inputs: { item, last },
        run: (inputs) => (inputs.item === 2 ? inputs.last : inputs.item),
      });
      const noted = p.call('noted', noting, { params: { n: number } });
      return p.step('after', {
        inputs: { noted },
        retry: { maximumAttempts: 1 },
        run: ({ noted: { n } }) => {
          if (broken.includes(n)) throw new PipelineError('EXECUTION_INPUT_MISSING', { what: 'not yet' });
          return n;
        },
      });
    },
    { concurrency: 1 },
  );
  return p.step('all', { inputs: { each }, run: ({ each: { succeeded } }) => succeeded });
});

describe('perennial recover of a body with calls', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve([mapping]);
  });
  afterAll(() => served.stop());

  const recover = async (run: string, id: string): Promise<void> => {
    const flags = ['--id', id, '--yes', '--address', served.address, '--store', served.store, '--json'];
    expect((await runCli(['recover', run, ...flags])).stderr).toBe('');
  };
  const failed = async (workflowId: string): Promise<void> => {
    const error = await served.client.result(workflowId).catch((caught: unknown) => caught);
    expect(failureCode(error).code).not.toBe('');
  };

  it('takes the runs that succeeded, also those of the run before the last, and starts what is missing', async () => {
    broken = [1];
    await served.client.start(mapping, {}, { workflowId: 'one' });
    await failed('one');
    expect(called.splice(0)).toEqual(['one/noted[0]', 'one/noted[1]']);
    broken = [2];
    await recover('one', 'two');
    await failed('two');
    expect(called.splice(0)).toEqual(['two/noted[2]']);
    broken = [];
    await recover('two', 'three');
    expect((await served.client.result('three')).result).toBe(3);
    expect(called.splice(0)).toEqual([]);
  });

  it('starts new runs where the parameters differ, and for a run that has only the id of the recovered one', async () => {
    broken = [2];
    await served.client.start(mapping, {}, { workflowId: 'same' });
    await failed('same');
    expect(called.splice(0)).toHaveLength(3);
    broken = [0];
    await served.client.start(mapping, { last: 7 }, { workflowId: 'same' });
    await failed('same');
    called.splice(0);
    broken = [];
    await recover('same', 'other');
    await served.client.result('other');
    expect(called.splice(0)).toEqual(['other/noted[1]', 'other/noted[2]']);
  });

  it('waits for a run that is still under way before it starts another one', async () => {
    broken = [];
    isHeld = true;
    await served.client.start(mapping, {}, { workflowId: 'held' });
    await until(served.client, 'held', () => called.includes('held/noted[2]'));
    await served.terminate('held');
    called.splice(0);
    ended.splice(0);
    await recover('held', 'waits');
    await until(served.client, 'waits', ({ steps }) => steps.some(({ id, items }) => id === 'each' && items?.done === 2));
    await eventually(
      () => served.pendingActivities('waits'),
      (types) => types.includes('takeCalledRun'),
    );
    expect(called).toEqual([]);
    isHeld = false;
    release();
    await served.client.result('waits');
    // The server had asked it to cancel, with the run that called it: it ended as cancelled, and a new one was started after that.
    expect(ended).toEqual(['held/noted[2]', 'waits/noted[2]']);
  });
});
