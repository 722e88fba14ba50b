import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureCode } from '../../../src/client/index.js';
import { definePipeline, gt, param, PipelineError, range } from '../../../src/index.js';
import { until, waitFor } from '../execution-fixtures.js';
import { withLimits } from '../map-limits.js';
import { type Served, serve } from '../served.js';

/** Of a body of one activity they are 200, 500 and 200; see the tests of `fan-out.ts`. */
const LIMITS = { inline: 10, shard: 12, shards: 4 };
/** An activity: scheduled, started, completed, and the workflow task that takes note of it. */
const EVENTS_OF_ITEM = 6;

const effects = new Map<string, number>();
const bad = new PipelineError('EXECUTION_INPUT_MISSING', { what: 'thirteen again' });

const squares = withLimits(
  LIMITS,
  definePipeline('map-squares', { params: { n: param.integer(), bad: param.integer({ default: -1 }) } }, (p) => {
    const offset = p.step('offset', { run: () => 1 });
    const squared = p.map(
      'square',
      range(p.params.n),
      (item, index) =>
        p.step('one', {
          inputs: { item, index, offset },
          run: (inputs, context) => {
            const key = `${context.run.workflowId}/${inputs.index}`;
            effects.set(key, (effects.get(key) ?? 0) + 1);
            if (inputs.item === context.parameters['bad']) throw bad;
            return inputs.item ** 2 + inputs.offset;
          },
        }),
      { minSuccess: 0.9 },
    );
    return p.step('sum', {
      inputs: { squared },
      run: async (inputs, context) => {
        let sum = 0;
        for await (const one of context.items(inputs.squared)) sum += one ?? 0;
        return sum;
      },
    });
  }),
);

const strict = withLimits(
  LIMITS,
  definePipeline('map-strict', { params: {} }, (p) => {
    p.map('each', range(24), (item) =>
      p.step('maybe', {
        heartbeat: '2 seconds',
        inputs: { item },
        run: async (inputs, { signal }) => {
          if (inputs.item === 13) throw bad;
          await waitFor(60_000, signal);
          return inputs.item;
        },
      }),
    );
  }),
);

const slow = withLimits(
  LIMITS,
  definePipeline('map-slow', { params: {} }, (p) => {
    p.map('each', range(24), (item) =>
      p.step('wait', {
        heartbeat: '2 seconds',
        inputs: { item },
        run: async (_inputs, { signal }) => {
          await waitFor(60_000, signal);
          return 0;
        },
      }),
    );
  }),
);

const nested = withLimits(
  LIMITS,
  definePipeline('map-nested', { params: {} }, (p) => {
    const outer = p.map('outer', ['a', 'b', 'c'], (letter) =>
      p.map('inner', range(12), (n) =>
        p.step('cell', { light: true, inputs: { letter, n }, run: (inputs) => `${inputs.letter}${inputs.n}` }),
      ),
    );
    return p.step('count', {
      inputs: { outer },
      run: async (inputs, context) => {
        const all: (string | null)[] = [];
        for await (const row of context.items(inputs.outer))
          all.push(...(row === null ? [] : await context.items(row).toArray()));
        return { cells: all.length, first: all[0] ?? null, last: all.at(-1) ?? null };
      },
    });
  }),
);

const listed = definePipeline('map-listed', { params: { airports: param.list(param.oneOf(['ATL', 'JFK', 'LAX'])) } }, (p) => {
  const names = p.map('each', p.params.airports, (item, index) =>
    p.step('name', { inputs: { item, index }, run: (inputs) => `${inputs.index} ${inputs.item.toLowerCase()}` }),
  );
  return p.step('all', { inputs: { names }, run: (inputs, context) => context.items(inputs.names).toArray() });
});

/** Counts under `<workflow id>/<step>/<item>`. */
function effect(workflowId: string, step: string, item: number): number {
  const key = `${workflowId}/${step}/${item}`;
  effects.set(key, (effects.get(key) ?? 0) + 1);
  return effects.get(key) ?? 0;
}

/** Every tenth item fails in its second step until somebody has mended it; what a step gives tells how often it ran. */
let mended = false;
const mendable = withLimits(
  LIMITS,
  definePipeline('map-mendable', { params: { n: param.integer() } }, (p) => {
    const each = p.map(
      'each',
      range(p.params.n),
      (item) => {
        const ran = p.step('first', {
          light: true,
          inputs: { item },
          run: ({ item: n }, { run }) => effect(run.workflowId, 'first', n),
        });
        return p.step('second', {
          inputs: { item, ran },
          run: ({ item: n, ran: times }, { run }) => {
            const own = effect(run.workflowId, 'second', n);
            if (!mended && n % 10 === 3) throw bad;
            return { times, own };
          },
        });
      },
      { onFailure: 'block', minSuccess: 0.99 },
    );
    return p.step('all', {
      inputs: { each },
      run: async (inputs, context) => {
        const results = await context.items(inputs.each).toArray();
        return {
          missing: results.filter((result) => result === null).length,
          first: results.reduce((sum, result) => sum + (result?.times ?? 0), 0),
          second: results.reduce((sum, result) => sum + (result?.own ?? 0), 0),
        };
      },
    });
  }),
);

/** The third round fails until it is mended. */
const mendableLoop = definePipeline('map-mendable-loop', { params: {} }, (p) => {
  const start = p.step('start', { light: true, run: () => 0 });
  const grown = p.loop('grow', {
    times: 4,
    start,
    onFailure: 'block',
    body: (previous, iteration) =>
      p.step('add', {
        inputs: { previous, iteration },
        run: ({ previous: sum, iteration: round }, { run }) => {
          const times = effect(run.workflowId, 'add', round);
          if (!mended && round === 2) throw bad;
          return sum + times;
        },
      }),
    until: (last) => gt(last, 100),
  });
  return p.step('sum', { inputs: { grown }, run: ({ grown: { result } }) => result });
});

const sumOfSquares = (n: number): number => ((n - 1) * n * (2 * n - 1)) / 6 + n;

describe('p.map', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve([squares, strict, slow, nested, listed, mendable, mendableLoop]);
  });
  afterAll(() => served.stop());

  const shardsOf = async (workflowId: string, more = ''): Promise<readonly string[]> => {
    await served.settled();
    return served.workflows(`WorkflowType = 'mapShard' AND WorkflowId STARTS_WITH '${workflowId}/'${more}`);
  };

  it('takes its items from a parameter, which is checked before anything starts', async () => {
    const { workflowId } = await served.client.start(listed, { airports: ['LAX', 'ATL'] });
    expect((await served.client.result(workflowId)).results['all']).toEqual(['0 lax', '1 atl']);
    const wrong = served.client.start(listed, { airports: ['LAX', 'XXX'] });
    await expect(wrong).rejects.toMatchObject({ details: { problems: [{ path: 'airports[1]' }] } });
  });

  it('runs few items inside the run, as activities that bear their index', async () => {
    const { workflowId } = await served.client.start(squares, { n: 10 });
    const { result, steps } = await served.client.result(workflowId);
    expect(result).toBe(sumOfSquares(10));
    expect(steps.find((step) => step.id === 'square')?.items).toEqual({ done: 10, failed: 0, total: 10 });
    expect(await served.activityIds(workflowId)).toEqual(expect.arrayContaining(['one[0]', 'one[9]', 'sum']));
    expect(await shardsOf(workflowId)).toEqual([]);
  });

  it('spreads many items over shards, keeps every history short and runs each item once', async () => {
    const { workflowId } = await served.client.start(squares, { n: 21, bad: 13 });
    const { result, results } = await served.client.result(workflowId);
    expect(result).toBe(sumOfSquares(21) - 13 ** 2 - 1);
    expect(results['square']).toMatchObject({ count: 21, succeeded: 20, failed: 1, failures: [{ index: 13, code: bad.code }] });
    const own = [...effects].filter(([key]) => key.startsWith(`${workflowId}/`));
    expect(own).toHaveLength(21);
    expect(own.every(([, times]) => times === 1)).toBe(true);
    const shards = await shardsOf(workflowId);
    expect([...shards].sort()).toEqual(['0-11', '11-21'].map((part) => `${workflowId}/square/${part}`));
    for (const id of [workflowId, ...shards]) expect((await served.events(id)).length).toBeLessThan(11 * EVENTS_OF_ITEM + 40);
  });

  it('over no items succeeds with nothing', async () => {
    const { workflowId } = await served.client.start(squares, { n: 0 });
    const { result, results } = await served.client.result(workflowId);
    expect(result).toBe(0);
    expect(results['square']).toMatchObject({ count: 0, succeeded: 0, failed: 0 });
  });

  it('stops every shard when an item fails that may not', async () => {
    const { workflowId } = await served.client.start(strict, {});
    const failure = failureCode(await served.client.result(workflowId).catch((error: unknown) => error));
    expect(failure.code).toBe('MAP_TOO_FEW_SUCCEEDED');
    expect(failure.message).toContain('item 13: EXECUTION_INPUT_MISSING: step "maybe[13]" failed: thirteen again');
    expect(await shardsOf(workflowId, ` AND ExecutionStatus = 'Running'`)).toEqual([]);
  });

  it('is cancelled with all its shards', async () => {
    const { workflowId } = await served.client.start(slow, {});
    await until(served.client, workflowId, ({ steps }) => steps[0]?.items?.total === 24);
    await waitFor(700, new AbortController().signal);
    await served.client.cancelStep(workflowId, { step: 'each', by: 'ada' });
    await expect(served.client.result(workflowId)).rejects.toThrow();
    expect((await served.client.status(workflowId)).steps[0]?.status).toBe('cancelled');
    expect(await shardsOf(workflowId, ` AND ExecutionStatus = 'Running'`)).toEqual([]);
  });

  it.each([
    ['of one history', 10, 1],
    ['over shards', 24, 3],
  ])('%s, when a person lets it try again, runs only what had failed and keeps the other results', async (_, n, failing) => {
    mended = false;
    const { workflowId } = await served.client.start(mendable, { n });
    await until(served.client, workflowId, ({ steps }) => steps[0]?.status === 'blocked');
    const before = new Map([...effects].filter(([key]) => key.startsWith(`${workflowId}/`)));
    mended = true;
    await served.client.resume(workflowId, { step: 'each', action: 'retry' });
    const { result, results } = await served.client.result(workflowId);
    expect(results['each']).toMatchObject({ count: n, succeeded: n, failed: 0 });
    const ran = (step: string): number[] =>
      Array.from({ length: n }, (__, item) => effects.get(`${workflowId}/${step}/${item}`) ?? 0);
    expect(new Set(ran('first'))).toEqual(new Set([1]));
    const twice = ran('second').flatMap((times, item) => (times === 1 ? [] : [item]));
    expect(twice).toEqual(
      Array.from({ length: n }, (__, item) => item).filter(
        (item) => (before.get(`${workflowId}/second/${item}`) ?? 0) > 0 && item % 10 === 3,
      ),
    );
    expect(twice.length).toBeLessThanOrEqual(failing);
    expect(result).toEqual({ missing: 0, first: n, second: n + twice.length });
  });

  it('as a loop, when a person lets it try again, goes on with the round that had failed', async () => {
    mended = false;
    const { workflowId } = await served.client.start(mendableLoop, {});
    await until(served.client, workflowId, ({ steps }) => steps[1]?.status === 'blocked');
    mended = true;
    await served.client.resume(workflowId, { step: 'grow', action: 'retry' });
    expect((await served.client.result(workflowId)).result).toBe(1 + 1 + 2 + 1);
    expect([0, 1, 2, 3].map((round) => effects.get(`${workflowId}/add/${round}`))).toEqual([1, 1, 2, 1]);
  });

  it('nests', async () => {
    const { workflowId } = await served.client.start(nested, {});
    const { result } = await served.client.result(workflowId);
    expect(result).toEqual({ cells: 36, first: 'a0', last: 'c11' });
  });
});
