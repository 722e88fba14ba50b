import { expect, it } from '@jest/globals';
import * as api from '../../../src/index.js';

/** What JavaScript may put in place of an argument. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  {},
  [],
  '',
  'text',
  0,
  -1.5,
  Number.NaN,
  true,
  () => undefined,
  Symbol('mark'),
  10n,
  new Map(),
  { mispelt: 1 },
  [{}],
  [null],
];

const SOME: readonly unknown[] = [undefined, null, 5, { mispelt: 1 }, [null]];

const failures = async (call: () => unknown): Promise<string[]> => {
  try {
    await call();
    return [];
  } catch (error) {
    return api.isPipelineError(error) && error.message.length < 5_000 ? [] : [String(error)];
  }
};

type Callable = (...given: unknown[]) => unknown;

/** The catalogues of kinds: namespaces such as `check`. */
const catalogues = Object.entries(api as { readonly [name: string]: unknown }).filter(
  (entry): entry is [string, { readonly [name: string]: unknown }] =>
    typeof entry[1] === 'object' && entry[1] !== null && entry[0] !== 'score',
);

/** Of the constructors; what `new` makes is no constructor of a pipeline file. */
const functions = [
  ...Object.entries(api),
  ...catalogues.flatMap(([name, kinds]) => Object.entries(kinds).map(([kind, value]) => [`${name}.${kind}`, value] as const)),
]
  .filter(([name, value]) => typeof value === 'function' && name !== 'PipelineError')
  .map(([name, value]) => [name, value as Callable] as const);

it('catalogues have one singular noun each', () => {
  expect(catalogues.map(([name]) => name).sort()).toEqual([
    ...['check', 'col', 'drift', 'feature', 'gate', 'label', 'notify', 'on', 'param', 'rollout', 'source', 'split', 'trainer'],
  ]);
});

it.each(functions)('%s called from JavaScript with anything gives a value or a coded error', async (name, call) => {
  const problems = [
    failures(() => call()),
    ...WRONG.map((one) => failures(() => call(one))),
    ...SOME.flatMap((one) => [
      ...SOME.flatMap((other) => [
        failures(() => call(one, other)),
        failures(() => call('name', one, other)),
        failures(() => call('name', one, () => other)),
      ]),
    ]),
  ];
  expect({ name, problems: [...new Set((await Promise.all(problems)).flat())] }).toEqual({ name, problems: [] });
});

const methods = [
  'ingest',
  'validate',
  'feature',
  'train',
  'evaluate',
  'deploy',
  'monitor',
  'retrain',
  'step',
  'call',
  'when',
  'join',
  'loop',
  'finally',
  'command',
  'python',
  'map',
  'approval',
] as const;
const rows = api.schema('rows', { at: api.col.timestamp({ eventTime: true }), y: api.col.integer(), x: api.col.float() });

it.each(methods)('p.%s called from JavaScript with anything gives a coded error', async (method) => {
  const define = (...given: unknown[]): unknown =>
    api.definePipeline('wrong', { params: { from: api.param.date() } }, (p) => {
      const raw = p.ingest({ id: 'raw', source: api.source.csv('x.csv'), schema: rows });
      const methodsOf = p as unknown as { readonly [name in typeof method]: (...given: unknown[]) => unknown };
      methodsOf[method](...given.map((one) => (one === 'raw' ? raw : one)));
    });
  const problems = [
    failures(() => define()),
    ...SOME.flatMap((one) => [
      failures(() => define(one)),
      failures(() => define('raw', one)),
      failures(() => define('name', one)),
      failures(() => define('name', one, () => null, {})),
      failures(() => define('name', 'raw', one, one)),
    ]),
  ];
  expect([...new Set((await Promise.all(problems)).flat())]).toEqual([]);
});

const misspelt: readonly (readonly [constructor: string, option: string, valid: string, call: () => unknown])[] = [
  ['trainer.gbdt(', 'learning_rate', 'learningRate', () => api.trainer.gbdt({ learning_rate: 0.5 } as never)],
  ['feature.oneHot(', 'maxCategorys', 'maxCategories', () => api.feature.oneHot(rows.x as never, { maxCategorys: 3 } as never)],
  ['col.float(', 'Min', 'min', () => api.col.float({ Min: 1 } as never)],
  ['gate.betterThanChampion(', 'minEvent', 'minEvents', () => api.gate.betterThanChampion('roc_auc', { minEvent: 3 } as never)],
  ['rollout.canary(', 'health.maxP9', 'maxP99', () => api.rollout.canary([100], { health: { maxP9: '1 second' } } as never)],
  [
    'definePipeline(',
    'schedules.night.crn',
    'cron',
    () => api.definePipeline('a', { params: {}, schedules: { night: { crn: '0 0 * * *' } } } as never, () => null),
  ],
  [
    'p.step(',
    'retry.maxAttempts',
    'maximumAttempts',
    () =>
      api.definePipeline('a', { params: {} }, (p) => {
        p.step('b', { run: () => 1, retry: { maxAttempts: 2 } } as never);
      }),
  ],
  [
    'p.step(',
    'cache.expire',
    'expires',
    () =>
      api.definePipeline('a', { params: {} }, (p) => {
        p.step('b', { run: () => 1, cache: { expire: '2 days' } } as never);
      }),
  ],
  [
    'p.monitor(',
    'labels.lable',
    'label',
    () =>
      api.definePipeline('a', { params: {} }, (p) => {
        p.monitor('endpoint' as never, { every: '7 days', labels: { source: api.source.csv('x.csv'), lable: 'y' } } as never);
      }),
  ],
];

it('check.inSet(...) called with its values as an option says how a list of values is written', () => {
  const call = (): unknown => api.check.inSet(rows.x as never, { values: ['a'] } as never);
  expect(call).toThrow(
    /`values` is wrong in check\.inSet\(\.\.\.\): expected a list of values such as \['red', 'blue'\], got an object/,
  );
});

it.each(misspelt)('%s...) refuses the misspelt option %s and names %s', (constructor, option, valid, call) => {
  const error = (() => {
    try {
      return call();
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ code: 'AUTHORING_OPTION_INVALID', message: expect.stringContaining(valid) });
  expect((error as Error).message).toContain(option);
  expect((error as Error).message).toContain(constructor);
});

const missing: readonly (readonly [words: string, call: () => unknown])[] = [
  [
    '`metric` is missing in on.performanceBelow(...): expected the name of a metric or what defineMetric(...) gives, got nothing',
    () => (api.on.performanceBelow as (...given: unknown[]) => unknown)(undefined, 0.5),
  ],
  [
    '`options` is missing in split.byTime(...): expected an object of options, got nothing',
    () => (api.split.byTime as unknown as () => unknown)(),
  ],
  [
    '`column` is wrong in feature.hourOf(...): expected a column of a schema such as flights.date, got "at"',
    () => api.feature.hourOf('at' as never),
  ],
  [
    '`column` is missing in check.notNull(...): expected a column of a schema such as flights.date, got nothing',
    () => api.check.notNull((rows as unknown as { readonly z: typeof rows.x }).z),
  ],
  [
    '`columns.1` is wrong in feature.targetEncode(...): expected a column of a schema such as flights.date, got 5',
    () => api.feature.targetEncode(rows.x as never, 5 as never, {}),
  ],
  [
    '`columns.x` is wrong in schema(...): expected a column such as col.float() or col.category(), got "float"',
    () => api.schema('a', { x: 'float' } as never),
  ],
  [
    '`url` is wrong in notify.slack(...): expected a text or secret(...) or a secret, got 3',
    () => api.notify.slack({ url: 3 } as never),
  ],
];

it.each(missing)('%s', (words, call) => {
  expect(call).toThrow(words);
});
