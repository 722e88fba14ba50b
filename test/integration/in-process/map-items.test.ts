import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { col, definePipeline, param, partitionsOf, schema, source } from '../../../src/index.js';
import { runInProcess } from '../../../src/testing/index.js';
import { temporaryFolder } from '../execution-fixtures.js';
import { sourceFile, sql } from '../../unit/data/tiny-source.js';

let store: { path: string; remove: () => Promise<void> };
beforeAll(async () => {
  store = await temporaryFolder();
});
afterAll(() => store.remove());

const params = {
  airports: param.list(param.oneOf(['ATL', 'JFK', 'LAX']), { min: 1, default: ['ATL', 'JFK'] }),
  weights: param.list(param.integer({ min: 1 }), { default: [] }),
};
const airports = definePipeline('airports', { params }, (p) => {
  const each = p.map('each', p.params.airports, (item, index) =>
    p.step('name', { light: true, inputs: { item, index }, run: (inputs) => `${inputs.index} ${inputs.item.toLowerCase()}` }),
  );
  const weighed = p.map('weigh', p.params.weights, (item) =>
    p.step('double', { light: true, inputs: { item }, run: (inputs) => inputs.item * 2 }),
  );
  p.step('all', {
    inputs: { each, weighed },
    run: async (inputs, context) => ({
      names: await context.items(inputs.each).toArray(),
      doubled: await context.items(inputs.weighed).toArray(),
    }),
  });
});

const allOf = async (parameters: object): Promise<unknown> => {
  const { status, results } = await runInProcess(airports, { ...parameters }, { store: store.path });
  expect(status).toBe('succeeded');
  return results['all'];
};

describe('a map over a parameter', () => {
  it('runs once for each of its items, in their order, or for those of its default', async () => {
    expect(await allOf({ airports: ['LAX', 'ATL', 'LAX'], weights: [5] })).toEqual({
      names: ['0 lax', '1 atl', '2 lax'],
      doubled: [10],
    });
    expect(await allOf({})).toEqual({ names: ['0 atl', '1 jfk'], doubled: [] });
  });

  it('runs over more items than one history holds', async () => {
    const weights = Array.from({ length: 230 }, (_, n) => n + 1);
    expect(await allOf({ weights })).toMatchObject({ doubled: weights.map((weight) => weight * 2) });
  });

  it('starts no run with a wrong item, and names every one', async () => {
    const wrong = runInProcess(airports, { airports: ['ATL', 'XXX'], weights: [0, 1, 2.5] }, { store: store.path });
    await expect(wrong).rejects.toMatchObject({
      code: 'AUTHORING_PARAMETERS_INVALID',
      details: { problems: [{ path: 'airports[1]' }, { path: 'weights[0]' }, { path: 'weights[2]' }] },
    });
  });

  it('gives a called pipeline a list of its own', async () => {
    const outer = definePipeline('outer', { params: { towns: param.list(param.oneOf(['JFK', 'LAX'])) } }, (p) => {
      p.call('inner', airports, { params: { airports: p.params.towns, weights: [3] } });
    });
    const { status, steps } = await runInProcess(outer, { towns: ['LAX'] }, { store: store.path });
    expect(steps.map(({ failure }) => failure)).toEqual([null]);
    expect(status).toBe('succeeded');
  });

  it('is refused when the parameter is no list, or its default does not fit', () => {
    const build = (): unknown =>
      definePipeline(
        'wrong',
        { params: { n: param.number(), names: param.list(param.string(), { max: 1, default: ['a', 'b'] }) } },
        (p) => {
          p.map('each', p.params.n as never, () => p.step('one', { run: () => null }));
        },
      );
    expect(build).toThrow(/each\.items: parameter "n" is no list; declare it with param.list\(\.\.\.\).*\(map\)/);
    expect(build).toThrow(
      /params\.names: the default must be a list of at most 1 items, each a string, got \["a","b"\] \(parameter\)/,
    );
  });
});

describe('a map over the parts of a data set', () => {
  it('runs once for each Parquet part, which a step can read', async () => {
    const query = "SELECT TIMESTAMP '2001-01-01' + to_days(range::INTEGER) AS at, range AS n FROM range(17)";
    const path = await sourceFile(query);
    const days = schema('days', { at: col.timestamp({ eventTime: true }), n: col.integer() });
    const pipeline = definePipeline('parts', { params: {} }, (p) => {
      const raw = p.ingest({ source: source.parquet(path), schema: days });
      const sums = p.map('parts', partitionsOf(raw), (part) =>
        p.step('sum', {
          inputs: { part, raw },
          run: async (inputs, { artifacts }) => {
            const file = await artifacts.localFile(inputs.raw, inputs.part.key);
            const [row] = await sql(`SELECT sum(n)::INTEGER AS total, count(*)::INTEGER AS rows FROM read_parquet('${file}')`);
            return { rows: inputs.part.rows, counted: Number(row?.['rows']), total: Number(row?.['total']), to: inputs.part.to };
          },
        }),
      );
      p.step('all', { inputs: { sums }, run: (inputs, context) => context.items(inputs.sums).toArray() });
    });
    const { results, steps } = await runInProcess(pipeline, {}, { store: store.path });
    expect(steps.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(results['all']).toEqual([
      { rows: 7, counted: 7, total: 21, to: '2001-01-07T00:00:00.000Z' },
      { rows: 7, counted: 7, total: 70, to: '2001-01-14T00:00:00.000Z' },
      { rows: 3, counted: 3, total: 45, to: '2001-01-17T00:00:00.000Z' },
    ]);
  });
});
