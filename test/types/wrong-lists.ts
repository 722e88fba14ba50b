// Checked by `npm run typecheck`: every line under an expectation must not compile.
import { definePipeline, gt, param, range, source, trainer } from '../../src/index.js';
import type { ParameterInput, Pipeline, Ref, Setting } from '../../src/index.js';

const params = {
  airports: param.list(param.oneOf(['ATL', 'JFK']), { min: 1, max: 5, default: ['ATL'] }),
  sizes: param.list(param.integer({ min: 1 })),
  days: param.list(param.date()),
  rates: param.list(param.number(), { default: [] }),
  n: param.integer(),
};

export const input: ParameterInput<typeof params> = { sizes: [1, 2], days: ['2001-01-31'], n: 1 };
// @ts-expect-error: `days` has no default
export const without: ParameterInput<typeof params> = { sizes: [1, 2], n: 1 };
// @ts-expect-error: not among the values
export const unknown: ParameterInput<typeof params> = { airports: ['LAX'], sizes: [], days: [], n: 1 };
// @ts-expect-error: one value is no list
export const single: ParameterInput<typeof params> = { sizes: 1, days: [], n: 1 };

const towns = definePipeline('towns', { params: { names: param.list(param.string()) } }, (p) =>
  p.step('count', { run: () => 3 }),
);
export const taking: Pipeline<{ readonly names: readonly string[] }, number> = towns;

export const good = definePipeline('good', { params }, (p) => {
  p.map('airports', p.params.airports, (item) => {
    const airport: Ref<'ATL' | 'JFK'> = item;
    p.step('name', { inputs: { airport }, run: (inputs) => inputs.airport.toLowerCase() });
  });
  p.map('sizes', p.params.sizes, (item) => p.step('size', { inputs: { item }, run: (inputs) => inputs.item.toFixed() }));
  p.map('days', p.params.days, (item) => p.step('day', { inputs: { item }, run: (inputs) => inputs.item.slice(0, 7) }));
  p.call('towns', towns, { params: { names: p.params.days } });
  p.call('elsewhere', 'towns', { params: { names: p.params.airports } });
  p.command('train', { command: ['train'], hyperparameters: { rates: p.params.rates } });
});

export const wrong = definePipeline('wrong', { params: { ...params, name: param.string() } }, (p) => {
  // @ts-expect-error: the items are texts
  p.map('a', p.params.airports, (item) => p.step('a1', { inputs: { item }, run: (inputs) => inputs.item * 2 }));

  // @ts-expect-error: a number is no list
  p.map('b', p.params.n, () => p.step('b1', { run: () => null }));

  // @ts-expect-error: a text is no list
  p.map('c', p.params.name, () => p.step('c1', { run: () => null }));

  // @ts-expect-error: a list is no count
  range(p.params.sizes);

  // @ts-expect-error: a list is no path
  source.parquet(p.params.days);

  // @ts-expect-error: a list is no number
  trainer.gbdt({ trees: p.params.sizes });

  // @ts-expect-error: a list is not compared
  gt(p.params.sizes, 1);

  // @ts-expect-error: a list is no word of a command line
  p.command('d', { command: ['echo', p.params.airports] });

  // @ts-expect-error: the called pipeline takes texts
  p.call('e', towns, { params: { names: p.params.sizes } });

  // @ts-expect-error: the called pipeline takes a list
  p.call('f', towns, { params: { names: p.params.name } });

  // @ts-expect-error: a live parameter is one value
  p.step('g', { live: { sizes: param.list(param.integer()) }, run: () => null });

  // @ts-expect-error: a list is no setting
  const setting: Setting<string> = p.params.airports;
  p.step('h', { run: () => String(setting) });
});

// @ts-expect-error: an item is left out by leaving it out
param.list(param.string({ default: 'ATL' }));

// @ts-expect-error: the default is not among the values
param.list(param.oneOf(['ATL', 'JFK']), { default: ['LAX'] });

// @ts-expect-error: a list of lists
param.list(param.list(param.string()));

// @ts-expect-error: a default of numbers for booleans
param.list(param.boolean(), { default: [1] });
