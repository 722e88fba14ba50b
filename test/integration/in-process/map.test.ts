import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/contracts/json.js';
import { definePipeline, param, PipelineError, range } from '../../../src/index.js';
import type { MapOptions } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';

let store: { path: string; remove: () => Promise<void> };
beforeAll(async () => {
  store = await temporaryFolder();
});
afterAll(() => store.remove());

const failing = new PipelineError('EXECUTION_INPUT_MISSING', { what: 'odd one out' });

/** Squares 0..n-1; those in `bad` fail. */
const squares = (n: number, bad: ReadonlySet<number>, options: MapOptions = {}) =>
  definePipeline('squares', { params: {} }, (p) => {
    const squared = p.map(
      'square',
      range(n),
      (item, index) =>
        p.step('one', {
          light: true,
          inputs: { item, index },
          run: (inputs) => {
            if (bad.has(inputs.item)) throw failing;
            return { square: inputs.item * inputs.index };
          },
        }),
      options,
    );
    p.step('read', {
      inputs: { squared },
      run: async ({ squared: result }, context) => {
        const seen: (number | null)[] = [];
        for await (const one of context.items(result)) seen.push(one === null ? null : one.square);
        return seen;
      },
    });
  });

const run = (pipeline: ReturnType<typeof squares>, parameters: JsonObject = {}) =>
  runInProcess(pipeline, parameters, { store: store.path });

describe('a map', () => {
  it('gives the results in the order of the items, null for those that failed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
        async (n, odd, concurrency) => {
          const bad = new Set(odd.filter((one) => one < n));
          const { results, steps } = await run(squares(n, bad, { concurrency, minSuccess: 0 }));
          const expected = Array.from({ length: n }, (_, one) => (bad.has(one) ? null : one * one));
          expect(results['read']).toEqual(expected);
          expect(results['square']).toMatchObject({ count: n, succeeded: n - bad.size, failed: bad.size });
          expect(steps[0]?.items).toEqual({ done: n - bad.size, failed: bad.size, total: n });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('runs over more items than one history holds in shards, with the same result', async () => {
    const { results, status } = await run(squares(731, new Set([400]), { minSuccess: 0.99 }));
    expect(status).toBe('succeeded');
    expect(results['square']).toMatchObject({ count: 731, succeeded: 730, failed: 1, failures: [{ index: 400 }] });
    expect(results['read']).toEqual(Array.from({ length: 731 }, (_, one) => (one === 400 ? null : one * one)));
  });

  it('fails as soon as too few items can still succeed, and names those that failed', async () => {
    const { status, steps } = await run(squares(10, new Set([2, 3, 4]), { concurrency: 1, minSuccess: 0.8 }));
    expect(status).toBe('failed');
    expect(steps[0]?.failure).toMatchObject({
      code: 'MAP_TOO_FEW_SUCCEEDED',
      details: {
        count: 10,
        succeeded: 2,
        failed: 3,
        failures: [{ index: 2, code: 'EXECUTION_INPUT_MISSING' }, { index: 3 }, { index: 4 }],
      },
    });
  });

  it('takes literals, outputs, published lists, results of a map, and maps inside maps', async () => {
    const pipeline = definePipeline('kinds', { params: { n: param.integer() } }, (p) => {
      const listed = p.step('listed', { run: () => ['a', 'b'] });
      const published = p.step('published', {
        run: (_inputs, context) => context.publishItems(Array.from({ length: 1_500 }, (_, n) => `item ${n}`)),
      });
      const shout = p.map('shout', listed, (item) =>
        p.step('upper', { inputs: { item }, run: (inputs) => inputs.item.toUpperCase() }),
      );
      const again = p.map('again', shout, (item) => p.step('twice', { inputs: { item }, run: (inputs) => `${inputs.item}!` }));
      const suffix = p.step('suffix', { run: () => '?' });
      const grid = p.map('rows', [10, 20], (row) =>
        p.map('columns', range(p.params.n), (column) =>
          p.step('cell', { inputs: { row, column, suffix }, run: (inputs) => `${inputs.row + inputs.column}${inputs.suffix}` }),
        ),
      );
      const many = p.map(
        'many',
        published,
        (item) => p.step('length', { light: true, inputs: { item }, run: (inputs) => inputs.item.length }),
        { concurrency: 500 },
      );
      p.step('all', {
        inputs: { again, grid, many },
        run: async (inputs, context) => {
          const rows: (string | null)[][] = [];
          for await (const row of context.items(inputs.grid)) rows.push(row === null ? [] : await context.items(row).toArray());
          let characters = 0;
          for await (const length of context.items(inputs.many)) characters += length ?? 0;
          return { again: await context.items(inputs.again).toArray(), rows, characters };
        },
      });
    });
    const { results, steps } = await runInProcess(pipeline, { n: 2 }, { store: store.path });
    expect(steps.filter((step) => step.failure !== null)).toEqual([]);
    expect(results['all']).toEqual({
      again: ['A!', 'B!'],
      rows: [
        ['10?', '11?'],
        ['20?', '21?'],
      ],
      characters: 10 * 6 + 90 * 7 + 900 * 8 + 500 * 9,
    });
  });

  it('says what to do about a list that is too long for a result, and about what is no list', async () => {
    const pipeline = definePipeline('long', { params: {} }, (p) => {
      const long = p.step('long', { run: () => Array.from({ length: 20_000 }, (_, n) => n) });
      p.map('each', long, (item) => p.step('one', { inputs: { item }, run: () => null }));
    });
    const { steps } = await runInProcess(pipeline, {}, { store: store.path });
    expect(steps[0]?.failure?.code).toBe('EXECUTION_RESULT_TOO_LARGE');
    expect(steps[0]?.failure?.message).toContain('context.publishItems');
    const wrong = definePipeline('wrong', { params: {} }, (p) => {
      const word = p.step('word', { run: () => 'no list' as unknown as string[] });
      p.map('each', word, (item) => p.step('one', { inputs: { item }, run: () => null }));
    });
    const { steps: other } = await runInProcess(wrong, {}, { store: store.path });
    expect(other[1]?.failure?.code).toBe('MAP_ITEMS_INVALID');
  });
});
