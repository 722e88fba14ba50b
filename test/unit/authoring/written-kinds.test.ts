import { describe, expect, it } from '@jest/globals';
import { defineNotifier, defineSource } from '../../../src/extend/index.js';
import {
  col,
  definePipeline,
  drift,
  feature,
  gt,
  isPipelineError,
  label,
  notify,
  param,
  type PipelineIssue,
  schema,
  score,
  secret,
  source,
  split,
  trainer,
} from '../../../src/index.js';
import { define, flights, trained } from '../pipeline/flights.js';

const rows = schema('rows', { at: col.timestamp({ eventTime: true }) });
const api = defineSource({
  name: 'written_api',
  options: { properties: { url: { type: 'string' }, pages: { type: 'integer', default: 1 } }, required: ['url'] },
  load: async function* () {
    yield { at: '2024-01-01' };
  },
});
const pager = defineNotifier({
  name: 'written_pager',
  options: { properties: { team: { type: 'string' } }, required: ['team'] },
  send: () => Promise.resolve({ answer: 'paged' }),
});

const LEARNING = {
  label: label.binary(gt(flights.delay, 15)),
  split: split.byTime({ test: '7 days' }),
  columns: { distance: feature.numeric(flights.distance) },
};

/** What is wrong with a pipeline that plain JavaScript declares, as `path: message`; the whole message of a refusal that comes earlier. */
function refusals(given: { readonly source?: unknown; readonly notify?: unknown }): readonly string[] {
  const { source: from = source.csv('rows.csv'), notify: to = notify.stdout() } = given;
  try {
    definePipeline('written', { params: { path: param.string({ default: 'x' }) }, hooks: { onSuccess: [to as never] } }, (p) => {
      p.ingest({
        source: (typeof from === 'function' ? (from as (all: unknown) => unknown)(p.params) : from) as never,
        schema: rows,
      });
    });
    return [];
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { issues } = error.details as { readonly issues?: readonly PipelineIssue[] };
    return issues?.map(({ path, message }) => `${path}: ${message}`) ?? [error.message];
  }
}

describe('a source that is written as plain JSON', () => {
  it('is taken where it is right, one that was added too', () => {
    for (const right of [
      { format: 'parquet', path: 'rows/*.parquet' },
      { format: 'csv', path: 'rows.csv', options: { delimiter: ';' } },
      ({ path }: { readonly path: unknown }) => ({ format: 'csv', path }),
      { format: 'written_api', options: { url: 'https://example.com' } },
      ({ path }: { readonly path: unknown }) => api({ url: path as never }),
      { format: 'written_api', options: { url: { $secret: 'URL' }, pages: 3 } },
    ])
      expect(refusals({ source: right })).toEqual([]);
  });

  it('is refused with the path, what is expected, what came, and the names that there are', () => {
    const names = 'expected one of csv, parquet, written_api';
    for (const [wrong, says] of [
      [{ kind: 'csv', path: 3 }, [`ingest.source.format: ${names}, got nothing`]],
      [{ format: 'cvs', path: 3 }, [`ingest.source.format: ${names}, got "cvs"`]],
      [{ format: 'csv', path: 3 }, ['ingest.source.path: expected a text or a parameter such as p.params.name, got 3']],
      [{ format: 'csv' }, ['ingest.source.path: expected a text or a parameter such as p.params.name, got nothing']],
      [
        { format: 'csv', path: 'x', option: {} },
        ['ingest.source.option: expected `options`, or another one of format, path, options, got an unknown name'],
      ],
      [
        { format: 'csv', path: 'x', options: { delimiter: ';;' } },
        ['ingest.source.options.delimiter: expected one ASCII character that is no line break, got ";;"'],
      ],
      [
        { format: 'parquet', path: 'x', options: { skip: 1 } },
        ['ingest.source.options.skip: unknown option; there are infinities'],
      ],
      [{ format: 'written_api', options: { pages: 1 } }, ['ingest.source.options.url: expected a text, got nothing']],
      [
        { format: 'written_api', options: { url: 'x', pages: 'many', page: 1 } },
        [
          'ingest.source.options.page: expected `pages`, or another one of url, pages, got an unknown name',
          'ingest.source.options.pages: expected a whole number, got "many"',
        ],
      ],
      [{ format: 'written_api' }, ['ingest.source.options: expected an object of options, got nothing']],
    ] as const)
      expect(refusals({ source: wrong })).toEqual(says);
    expect(refusals({ source: 'rows.csv' })[0]).toContain('a source such as source.csv(...)');
  });
});

describe('a notifier that is written as plain JSON', () => {
  it('is taken where it is right, one that was added too', () => {
    for (const right of [
      { notifier: 'stdout' },
      { notifier: 'slack', url: secret('URL') },
      { notifier: 'written_pager', team: 'night' },
      pager({ team: 'night' }),
    ])
      expect(refusals({ notify: right })).toEqual([]);
  });

  it('is refused with the path, what is expected, what came, and the names that there are', () => {
    const names = 'expected one of email, slack, stdout, webhook, written_pager';
    for (const [wrong, says] of [
      [{ kind: 'slak' }, [`hooks.onSuccess.0.notifier: ${names}, got nothing`]],
      [{ notifier: 'slak' }, [`hooks.onSuccess.0.notifier: ${names}, got "slak"`]],
      [{ notifier: 'slack' }, ['hooks.onSuccess.0.url: expected a text or secret(...) or a secret, got nothing']],
      [{ notifier: 'slack', url: 'nowhere' }, [expect.stringMatching(/^hooks\.onSuccess\.0\.url: /)]],
      [
        { notifier: 'written_pager', team: 3, tem: 'x' },
        [
          'hooks.onSuccess.0.tem: expected `team`, or another one of notifier, team, got an unknown name',
          'hooks.onSuccess.0.team: expected a text, got 3',
        ],
      ],
    ] as const)
      expect(refusals({ notify: wrong })).toEqual(says);
  });
});

/** What is wrong with a stage that plain JavaScript declares. */
function wrongWith(build: Parameters<typeof define>[0]): readonly string[] {
  try {
    define(build);
    return [];
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { issues } = error.details as { readonly issues?: readonly PipelineIssue[] };
    return issues?.map(({ path, message }) => `${path}: ${message}`) ?? [error.message];
  }
}

describe('a trainer, a roll-out and a trigger that are written as plain JSON', () => {
  const train = (written: object): readonly string[] =>
    wrongWith((p) => p.train(trained(p).features, { id: 'other', trainer: written as never }));
  const deploy = (written: object): readonly string[] =>
    wrongWith((p) => p.deploy(p.evaluate(trained(p).model), { rollout: written as never }));
  const retrain = (written: object): readonly string[] =>
    wrongWith((p) => {
      const endpoint = p.deploy(p.evaluate(trained(p).model));
      p.retrain(p.monitor(endpoint, { every: '7 days', drift: [drift.psi(score)] }), { on: [written as never] });
    });

  it('are taken where they are right', () => {
    expect(train({ ...trainer.gbdt({ trees: 5 }) })).toEqual([]);
    expect(train(JSON.parse(JSON.stringify(trainer.gbdt())) as object)).toEqual([]);
    expect(deploy({ strategy: 'canary', weights: [10, 100], bake: '1 minute' })).toEqual([]);
    expect(retrain({ on: 'drift' })).toEqual([]);
    expect(retrain({ on: 'new_rows', rows: 5 })).toEqual([]);
  });

  it('are refused with the path, what is expected, what came, and the names that there are', () => {
    expect(train({ trainer: 'gbd' })).toEqual(['other.trainer.trainer: expected one of gbdt, got "gbd"']);
    expect(train({ ...trainer.gbdt(), trees: 'many', learning_rate: 1 })).toEqual([
      expect.stringMatching(/^other\.trainer\.learning_rate: expected .*, got an unknown name$/),
      'other.trainer.trees: expected a whole number of 1 to 100000, got "many"',
    ]);
    expect(deploy({ strategy: 'canari', weights: [100], bake: '1 minute' })).toEqual([
      'deploy.rollout.strategy: expected one of canary, got "canari"',
    ]);
    expect(deploy({ strategy: 'canary', weights: 'all' })).toEqual([
      'deploy.rollout.weights: expected a list, got "all"',
      "deploy.rollout.bake: expected a duration such as '5 minutes' or a list, got nothing",
    ]);
    expect(retrain({ on: 'drft' })).toEqual([
      'retrain.on.0.on: expected one of drift, performance, new_rows, cron, window, got "drft"',
    ]);
    expect(retrain({ on: 'cron', expression: 5 })).toEqual([
      'retrain.on.0.expression: expected a text, got 5',
      'retrain.on.0.timezone: expected a text, got nothing',
    ]);
  });
});

describe('a kind that only its constructor makes', () => {
  it('is refused where a file writes it as plain JSON', () => {
    for (const [wrong, says] of [
      [{ checks: [{ check: 'row_count' }] }, 'a check such as check.notNull(...)'],
      [{ split: { by: 'time', options: { test: '1 day' } } }, 'a split such as split.byTime(...)'],
      [{ columns: { size: { spec: { transform: 'numeric' } } } }, 'a transform such as feature.numeric(...)'],
      [{ drift: [{ statistic: 'psi', column: 'size' }] }, 'a drift measure such as drift.psi(...)'],
    ] as const)
      expect(() =>
        define((p) => {
          const { checked, features, model } = trained(p);
          if ('checks' in wrong)
            p.validate(p.ingest({ id: 'again', source: source.csv('x.csv'), schema: flights }), wrong as never);
          if ('split' in wrong || 'columns' in wrong) p.feature(checked, { id: 'other', ...LEARNING, ...wrong } as never);
          if ('drift' in wrong) p.monitor(p.deploy(p.evaluate(model)), { every: '1 day', ...wrong } as never);
          return features;
        }),
      ).toThrow(expect.objectContaining({ code: 'AUTHORING_OPTION_INVALID', message: expect.stringContaining(says) }));
  });
});
