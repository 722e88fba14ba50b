import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import * as extend from '../../../src/extend/index.js';
import * as main from '../../../src/index.js';
import * as client from '../../../src/client/index.js';
import * as serving from '../../../src/serving/index.js';
import * as testing from '../../../src/testing/index.js';
import * as worker from '../../../src/worker/index.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';

type AnyFunction = (...given: readonly unknown[]) => unknown;

const { check, col, definePipeline, feature, gt, label, param, schema, source, split, trainer } = main;

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float(),
  origin: col.category(),
  late: col.boolean(),
});

/** Values of every kind that the calls take, so that a wrong one can stand anywhere among right ones. */
const RIGHT = [
  ...[flights, flights.date, flights.distance, flights.origin, flights.late],
  ...[source.parquet('x'), check.rowCount({ min: 1 }), check.notNull(flights.distance), split.byTime({ test: '7 days' })],
  ...[label.binary(flights.late), label.regression(flights.distance), feature.standardize(flights.distance), trainer.gbdt()],
  ...[
    gt(flights.distance, 3),
    param.integer(),
    col.text(),
    '7 days',
    'a',
    0,
    1,
    0.5,
    true,
    () => 1,
    [1, 2],
    ['a'],
    /x/,
    new Date(0),
  ],
];
const NAMES = [
  ...[
    'min',
    'max',
    'test',
    'run',
    'inputs',
    'params',
    'source',
    'schema',
    'checks',
    'label',
    'split',
    'columns',
    'trainer',
    'mostly',
  ],
  ...[
    'times',
    'start',
    'body',
    'until',
    'name',
    'options',
    'column',
    'rule',
    'measure',
    'load',
    'fit',
    'sql',
    'where',
    'severity',
  ],
  ...[
    'url',
    'every',
    'drift',
    'on',
    'gate',
    'rollout',
    'retry',
    'cache',
    'resources',
    'values',
    'default',
    'open',
    'kind',
    'properties',
  ],
];
const wrong = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, NaN, -1, 2 ** 53, '', 'x', '__proto__', [], {}, [null], [undefined], Symbol('a'), 1n),
  fc.constantFrom<unknown>(() => undefined, URL, new Map(), new Proxy({}, {}), Object.create(null), Promise.resolve(1), [[[]]]),
  fc.anything({ maxDepth: 2, maxKeys: 3 }),
);
const value: fc.Arbitrary<unknown> = fc.oneof(wrong, fc.constantFrom<unknown>(...RIGHT));
const argument: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: value },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
  {
    weight: 3,
    arbitrary: fc.dictionary(
      fc.constantFrom(...NAMES),
      fc.oneof(value, fc.array(value, { maxLength: 2 }), fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 3 })),
      { maxKeys: 5 },
    ),
  },
);
const list = fc.array(argument, { maxLength: 4 });

/** All functions that a module exports, those of its namespaces too, as a pipeline file writes them. */
function functionsOf(module: object, before = ''): readonly (readonly [string, AnyFunction])[] {
  return Object.entries(module).flatMap(([name, member]: [string, unknown]): readonly (readonly [string, AnyFunction])[] => {
    if (typeof member === 'function') return /^[A-Z]/.test(name) ? [] : [[`${before}${name}`, member as AnyFunction]];
    return typeof member === 'object' && member !== null && before === '' ? functionsOf(member, `${name}.`) : [];
  });
}

async function refusesWell(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
  }
}

const METHODS: string[] = [];
definePipeline('methods', (p) => {
  for (let at: object | null = p; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
    METHODS.push(
      ...Object.getOwnPropertyNames(at).filter((name) => typeof (p as never)[name] === 'function' && name !== 'constructor'),
    );
  p.step('one', { run: () => 1 });
});

// openObjectStore makes the folder that it is given.
describe('whatever it is given', () => {
  it.each([...functionsOf(main), ...functionsOf(extend)].filter(([name]) => name !== 'openObjectStore'))(
    '%s gives a coded error or a value',
    async (_, call) => {
      await fc.assert(
        fc.asyncProperty(list, (given) => refusesWell(() => call(...given))),
        { numRuns: 100 },
      );
    },
  );

  it.each([...new Set(METHODS)])('p.%s gives a coded error or a reference', async (name) => {
    await fc.assert(
      fc.asyncProperty(list, (given) =>
        refusesWell(() =>
          definePipeline('any', { params: { n: param.integer({ default: 1 }) } }, (p) => {
            const raw = p.ingest({ source: source.parquet('x'), schema: flights });
            const one = p.step('one', { run: () => ({ a: 1 }) });
            // A reference where there was a data set or a result.
            const [first, ...rest] = given;
            const subject = first === 0 ? raw : first === 1 ? one : first;
            (p as unknown as { readonly [method: string]: AnyFunction })[name]?.(subject, ...rest);
          }),
        ),
      ),
      { numRuns: 100 },
    );
  });

  const whole = definePipeline('whole', (p) => {
    p.step('one', { run: () => 1 });
  });
  /** None of these begins anything. */
  const wrongForDoors = [
    ...[
      null,
      3,
      Symbol('a'),
      () => 1,
      { pipelines: 3, store: 3 },
      { pipelines: [3], store: 3 },
      { pipelines: [whole], store: {} },
    ],
    ...[
      { store: 3, address: 3, endpoint: 3 },
      { store: 3, fakes: 3 },
      { store: 3, windows: [3], faults: 3, onProgress: 3 },
    ],
  ];
  const doors = { ...client, ...serving, ...testing, ...worker };
  // startTestTemporal takes next to no options, and starts a server.
  it.each(
    Object.entries(doors).filter(([name, door]) => typeof door === 'function' && name !== 'startTestTemporal') as unknown as [
      string,
      AnyFunction,
    ][],
  )('%s gives a coded error or a value', async (name, door) => {
    for (const given of wrongForDoors)
      for (const others of [[given], [given, given], [whole, {}, given]])
        if (others.length < 3 || name === 'runInProcess') await refusesWell(() => door(...others));
  });
});
