import { describe, expect, it } from '@jest/globals';
import { thrownText } from '../../../src/errors/describe-thrown.js';
import { isPipelineError } from '../../../src/errors/pipeline-error.js';
import {
  check,
  col,
  definePipeline,
  drift,
  feature,
  gate,
  label,
  notify,
  on,
  param,
  rollout,
  schema,
  source,
  split,
  trainer,
} from '../../../src/index.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float(),
  origin: col.category(),
  late: col.boolean(),
});

type Tree = { [name: string]: unknown };

/** Right options for all that a pipeline can say, by call. */
const rightOptions = (): Tree => ({
  settings: {
    params: { n: param.integer({ default: 1 }), from: param.date(), to: param.date() },
    hooks: {
      onSuccess: [notify.stdout()],
      onFailure: [notify.webhook({ url: 'https://example.org/hook' })],
      onSlow: { after: '1 hour', notify: [notify.stdout()] },
    },
    schedules: {
      nightly: {
        cron: '0 3 * * *',
        timezone: 'UTC',
        jitter: '1 minute',
        overlap: 'skip',
        catchUp: '1 hour',
        pauseOnFailure: true,
        description: 'each night',
        params: { n: 2, from: '2001-01-01', to: '2001-01-08' },
      },
      monthly: {
        calendar: { minute: [0, 30], hour: 3, month: 1, dayOfWeek: ['monday', 'friday'] },
        params: { from: '2001-01-01', to: '2001-01-08' },
      },
    },
    concurrency: { runs: 2 },
    team: 'search',
    priority: 2,
  },
  ingest: { id: 'raw', source: source.parquet('x/*.parquet'), schema: flights, publish: 'flights' },
  validate: { checks: [check.rowCount({ min: 1, max: 9 }), check.notNull(flights.distance, { mostly: 0.9 })] },
  feature: {
    label: label.binary(flights.late),
    split: split.byTime({ test: '7 days' }),
    columns: { distance: feature.standardize(flights.distance), origin: feature.oneHot(flights.origin, { maxCategories: 4 }) },
  },
  train: { trainer: trainer.gbdt({ trees: 5 }), threads: 1, seed: 3, checkpointEvery: 2 },
  evaluate: {
    metrics: ['roc_auc'],
    gate: gate.betterThanChampion('roc_auc'),
    slices: [flights.origin],
    minSliceRows: 10,
    infra: { maxP99: '5 milliseconds' },
    refit: true,
  },
  deploy: { endpoint: 'late', rollout: rollout.canary([10, 100], { bake: '1 minute' }) },
  monitor: {
    every: '7 days',
    clock: 'event',
    persistence: { windows: 1, of: 2 },
    minRows: 10,
    minLabelCoverage: 0.5,
    labels: { source: source.parquet('y/*.parquet'), delay: '1 day' },
    drift: [drift.psi(flights.distance, { max: 0.2 })],
    performance: [on.performanceBelow('roc_auc', 0.6)],
  },
  retrain: {
    on: [on.drift(), on.newRows(5), on.cron('0 3 * * 1', { timezone: 'UTC' })],
    debounce: '1 minute',
    coolDown: '1 hour',
    budget: { runs: 2, per: '7 days' },
    clock: 'event',
    window: { newest: '28 days', labelDelay: '1 day', from: 'from', to: 'to' },
    parameters: { n: 4 },
  },
  step: {
    // What all steps take.
    description: 'why',
    after: [],
    resources: { cpu: 1, memoryGiB: 1, gpu: 1, gpuType: 'a100', vramGiB: 8 },
    onFailure: 'fail',
    priority: 2,
    retry: { maximumAttempts: 2, initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
    timeout: '1 hour',
    heartbeat: '30 seconds',
    cache: { version: '1', environment: ['HOME'], expires: '1 day' },
    grace: '5 seconds',
    light: false,
    inputs: {},
    run: () => 1,
  },
  command: {
    command: ['true'],
    code: ['a.txt'],
    env: { A: 'b' },
    inherit: ['PATH'],
    hyperparameters: { rate: 0.5 },
    metrics: { loss: /loss=(\S+)/ },
    progress: /(\d+)\/(\d+)/,
    outputs: ['model/**'],
    grace: '5 seconds',
    checkpointEvery: '1 minute',
    result: { loss: param.number() },
  },
  python: { script: 'train.py', requirements: ['numpy'], python: '>=3.11', arguments: ['--fast'] },
  map: { description: 'each', after: [], onFailure: 'fail', concurrency: 2, minSuccess: 0.5 },
  loop: { description: 'again', times: 3, start: 1, body: () => null, until: () => null },
  approval: {
    message: 'Ship?',
    expires: '1 hour',
    onExpiry: 'reject',
    quorum: 1,
    approvers: ['ada', 'bob'],
    escalate: { after: '10 minutes', to: ['eve'] },
    fourEyes: true,
  },
});

/** Defines a pipeline of the call that is tried, and of what it needs. */
function defineWith(options: Tree, tried: string): unknown {
  const the = (call: string): never => options[call] as never;
  return definePipeline('life', the('settings'), (p) => {
    const alone: { readonly [call: string]: () => unknown } = {
      settings: () => p.step('own', the('step')),
      step: () => p.step('own', the('step')),
      command: () => p.command('program', the('command')),
      python: () => p.python('script', the('python')),
      map: () => p.map('each', [1, 2], (item) => p.step('double', { inputs: { item }, run: () => 1 }), the('map')),
      loop: () => p.loop('again', the('loop')),
      approval: () => p.approval('release', the('approval')),
    };
    if (alone[tried] !== undefined) return void alone[tried]();
    const life: readonly (readonly [string, (before: never) => unknown])[] = [
      ['ingest', () => p.ingest(the('ingest'))],
      ['validate', (raw) => p.validate(raw, the('validate'))],
      ['feature', (checked) => p.feature(checked, the('feature'))],
      ['train', (features) => p.train(features, the('train'))],
      ['evaluate', (model) => p.evaluate(model, the('evaluate'))],
      ['deploy', (evaluation) => p.deploy(evaluation, the('deploy'))],
      ['monitor', (endpoint) => p.monitor(endpoint, the('monitor'))],
      ['retrain', (monitor) => p.retrain(monitor, the('retrain'))],
    ];
    let before: unknown;
    for (const [call, add] of life) {
      before = add(before as never);
      if (call === tried) return;
    }
  });
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && !Object.isFrozen(value);

/** Objects whose names are the reader's own. */
const FREE = ['params', 'parameters', 'schedules', 'columns', 'env', 'hyperparameters', 'metrics', 'inputs', 'result'];

const at = (tree: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, name) => (inside as Tree)[name], tree);

/** Paths of all members of plain objects and lists; what a constructor made is one value. */
function pathsOf(value: unknown, before: readonly string[] = []): readonly (readonly string[])[] {
  if (!isTree(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => [
    [...before, name],
    ...pathsOf(member, [...before, name]),
  ]);
}

/** A copy of the tree with another value at the path; frozen kinds are copied as well. */
function withAt(tree: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown {
  const copy: Tree | unknown[] = Array.isArray(tree) ? [...(tree as unknown[])] : { ...(tree as Tree) };
  (copy as Tree)[name] = rest.length === 0 ? value : withAt((copy as Tree)[name], rest, value);
  return copy;
}

const WRONG = [
  null,
  NaN,
  -1,
  2 ** 53,
  '',
  'x',
  '__proto__',
  [],
  {},
  [null],
  () => 1,
  Symbol('a'),
  1n,
  new Map([['a', 1]]),
  true,
  { a: { b: 1 } },
  { $scheduledTime: null },
  { $secret: 1 },
];

function outcomeOf(options: Tree, tried: string): unknown {
  try {
    defineWith(options, tried);
    return null;
  } catch (error) {
    return error;
  }
}

const CALLS = Object.keys(rightOptions());

describe('an option at any depth', () => {
  it.each(CALLS.filter((call) => call !== 'loop'))('of %s is taken where it is right', (call) => {
    expect(outcomeOf(rightOptions(), call)).toBeNull();
  });

  it.each(CALLS)('of %s is refused with a coded error where it is wrong', (call) => {
    const uncoded = pathsOf(rightOptions()[call], [call]).flatMap((path) =>
      WRONG.flatMap((value) => {
        const error = outcomeOf(withAt(rightOptions(), path, value) as Tree, call);
        return error === null || isPipelineError(error) ? [] : [`${path.join('.')} = ${typeof value}: ${thrownText(error)}`];
      }),
    );
    expect(uncoded).toEqual([]);
  });

  it.each(CALLS)('of %s that nobody knows is refused by its path', (call) => {
    const right = rightOptions();
    const objects = [[call], ...pathsOf(right[call], [call])].filter(
      (path) => isTree(at(right, path)) && !FREE.includes(path.at(-1) ?? ''),
    );
    const taken = objects.flatMap((path) => {
      const error = outcomeOf(withAt(right, [...path, 'misspelt'], 1) as Tree, call);
      return isPipelineError(error) && error.message.includes('misspelt') ? [] : [`${path.join('.')}: ${thrownText(error)}`];
    });
    expect(taken).toEqual([]);
  });

  it.each<readonly [path: string, value: unknown, message: string]>([
    ['command.command.0', null, '`command.0`'],
    ['command.env.A', {}, '`env.A`'],
    ['command.hyperparameters.rate', [[null]], '`hyperparameters.rate`'],
    ['python.arguments.0', [], '`arguments.0`'],
    ['python.requirements.0', 3, '`requirements.0`'],
    ['settings.hooks', new Map([['onSuccess', []]]), 'got a Map'],
    ['settings.schedules.nightly.params.n', null, 'schedules.nightly.params.n: expected an integer, got null'],
    ['settings.schedules.nightly.params.n', 1n, 'schedules.nightly.params.n: expected an integer, got a bigint'],
    ['settings.schedules.nightly.params.from', { $scheduledTime: null }, 'schedules.nightly.params.from'],
    ['settings.schedules.monthly.calendar.dayOfWeek.0', 'mon', "'monday'"],
  ])('%s = %p is refused by its place', (path, value, message) => {
    const [call = ''] = path.split('.');
    expect(thrownText(outcomeOf(withAt(rightOptions(), path.split('.'), value) as Tree, call))).toContain(message);
  });
});
