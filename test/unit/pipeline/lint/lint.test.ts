import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  check,
  col,
  definePipeline,
  div,
  drift,
  feature,
  gate,
  gt,
  label,
  on,
  param,
  rollout,
  schema,
  score,
  source,
  split,
  sql,
  trainer,
} from '../../../../src/index.js';
import type { Column, Duration, Ref } from '../../../../src/index.js';
import { define, flights, found, issuesOf, params, trained } from '../flights.js';

/** A schema of the same name with other columns: the compiler knows schemas by their names. */
const others = schema('flights', { distanec: col.float(), delya: col.float() });
const newest = split.byTime({ test: '7 days' });
const late = label.binary(gt(flights.delay, 15));

describe('the linter', () => {
  it('finds nothing in a good pipeline', () => {
    expect(issuesOf((p) => trained(p))).toEqual([]);
  });

  it('reports all problems at once, with rule, path and words', () => {
    const build = (p: Parameters<Parameters<typeof define>[0]>[0]): void => {
      const { model } = trained(p);
      p.train(
        p.feature(p.ingest({ id: 'again', source: source.parquet('x'), schema: flights }), {
          id: 'f2',
          label: late,
          split: newest,
          columns: { d: feature.numeric(flights.distance) },
        }),
        { trainer: trainer.gbdt() },
      );
      p.deploy(p.evaluate(model), { rollout: rollout.canary([50, 10]) });
    };
    expect(found(build)).toEqual([
      'canary-weights deploy.rollout.weights',
      'canary-weights deploy.rollout.weights',
      'duplicate-id train',
    ]);
    expect(() => define(build)).toThrow(
      /pipeline "flights" has 3 problems:\n {2}- deploy.rollout.weights: the last weight must be 100, got \[50, 10\] \(canary-weights\)/,
    );
  });

  it('finds cycles made through `after`', () => {
    const build = (p: Parameters<Parameters<typeof define>[0]>[0]): void => {
      const later: Ref[] = [];
      const a = p.step('a', { after: later, run: () => null });
      const b = p.step('b', { after: [a], run: () => null });
      later.push(b);
    };
    expect(issuesOf(build)).toEqual([{ rule: 'cycle', path: '', message: 'steps wait for each other: a -> b -> a' }]);
  });

  it('finds references of another pipeline, of another kind, and what is none', () => {
    let stranger: ReturnType<typeof trained> | undefined;
    define((p) => {
      stranger = trained(p);
    });
    expect(
      found((p) => {
        const { raw, model } = trained(p);
        p.train(stranger!.features, { id: 'mine', trainer: trainer.gbdt(), after: [stranger!.raw] });
        p.evaluate(raw as never);
        p.step('x', { inputs: { model, odd: 'train' as never }, after: [null as never], run: () => null });
      }),
    ).toEqual([
      'unknown-reference mine',
      'wrong-reference evaluate',
      'wrong-reference x.inputs.odd',
      'unknown-reference mine.after.0',
      'wrong-reference x.after.0',
    ]);
  });

  it('finds the label inside the features, unless it is declared as known beforehand', () => {
    const build =
      (outcome?: readonly Column<string, 'float', 'flights'>[]) => (p: Parameters<Parameters<typeof define>[0]>[0]) => {
        const raw = p.ingest({ source: source.parquet('x'), schema: flights });
        const own = label.binary(gt(flights.delay, div(flights.distance, 100)), outcome === undefined ? {} : { outcome });
        p.feature(raw, {
          label: own,
          split: newest,
          columns: { d: feature.numeric(flights.distance), late: feature.numeric(flights.delay) },
        });
      };
    expect(found(build())).toEqual(['label-leakage feature.columns.d', 'label-leakage feature.columns.late']);
    expect(found(build([flights.delay]))).toEqual(['label-leakage feature.columns.late']);
    expect(found(build([others.delya]))).toEqual(['unknown-column feature.label.outcome']);
  });

  it('finds labels without a column, unknown columns, wrong column types and reserved names', () => {
    expect(
      found((p) => {
        const raw = p.ingest({ source: source.parquet('x'), schema: flights });
        const columns = {
          __a: feature.numeric(others.distanec),
          b: feature.targetEncode(flights.distance as never),
          B: feature.numeric(flights.distance),
        };
        p.feature(raw, { label: label.binary(sql`dealy > 15`), split: newest, columns });
        const distance = feature.numeric(flights.distance);
        p.feature(raw, { id: 'nothing', label: label.binary(gt(p.params.trees, 1)), split: newest, columns: { distance } });
        p.feature(raw, { id: 'empty', label: late, split: newest, columns: {} });
      }),
    ).toEqual([
      'label-columns feature.label',
      'unknown-column feature.columns.__a',
      'column-type feature.columns.b',
      'feature-columns feature.columns.__a',
      'feature-columns feature.columns.B',
      'label-columns nothing.label',
      'feature-columns empty.columns',
    ]);
  });

  it('finds columns of another schema, which the compiler refuses as well', () => {
    const airports = schema('airports', { distance: col.float(), origin: col.category(), delay: col.float() });
    const strange = airports as unknown as typeof flights;
    expect(
      found((p) => {
        const raw = p.ingest({ source: source.parquet('x'), schema: flights });
        const checked = p.validate(raw, { checks: [check.notNull(strange.delay)] });
        const features = p.feature(checked, {
          label: label.binary(gt(strange.delay, 15), { outcome: [strange.delay] }),
          split: newest,
          columns: { distance: feature.numeric(strange.distance), origin: feature.oneHot(flights.origin) },
        });
        const evaluation = p.evaluate(p.train(features, { trainer: trainer.gbdt() }), { slices: [strange.origin] });
        p.monitor(p.deploy(evaluation), { every: '1 day', drift: [drift.psi(strange.origin)] });
      }),
    ).toEqual([
      'other-schema validate.checks.0',
      'other-schema feature.label',
      'other-schema feature.label.outcome',
      'other-schema feature.columns.distance',
      'other-schema evaluate.slices',
      'other-schema monitor.drift.0',
    ]);
  });

  it('finds a missing event time', () => {
    const timeless = schema('timeless', { delay: col.float(), distance: col.float(), remark: col.text() });
    expect(
      found((p) => {
        const raw = p.ingest({ source: source.parquet('x'), schema: timeless, window: ['yesterday', '2001-01-01'] });
        const late = label.binary(gt(timeless.delay, 15));
        p.feature(raw, { label: late, split: newest, columns: { d: feature.numeric(timeless.distance) } });
      }),
    ).toEqual(['event-time ingest.window', 'range ingest.window.0', 'event-time feature.split']);
  });

  it('finds numbers out of range, wrong durations and double checks', () => {
    expect(
      found((p) => {
        const raw = p.ingest({
          source: source.parquet('x'),
          schema: flights,
          window: ['2001-02-01', '2001-01-01'],
          timeout: '0 seconds',
        });
        const checked = p.validate(raw, {
          checks: [
            check.rowCount({}),
            check.notNull(flights.delay, { mostly: 2 }),
            check.notNull(flights.delay),
            check.between(flights.distance, { min: 2, max: 1 }),
          ],
        });
        const features = p.feature(checked, {
          label: late,
          split: split.byTime({ test: 'a week' as Duration }),
          columns: { o: feature.targetEncode(flights.origin) },
        });
        const model = p.train(features, {
          trainer: trainer.gbdt({ trees: 0, learningRate: 0, maxBins: 500 }),
          threads: 0.5,
          resources: { cpu: 0 },
          retry: { maximumAttempts: 0 },
        });
        p.evaluate(model, {
          gate: gate.betterThanChampion('roc_auc', {
            confidence: 1,
            samples: 1,
            margin: NaN,
            minEvents: -1,
            guards: { brier: -1, log_loss: 'a%' as '1%', rmse: 1 } as object,
          }),
        });
      }),
    ).toEqual([
      'duration ingest.timeout',
      'range ingest.window',
      'range validate.checks.0',
      'range validate.checks.1.mostly',
      'range validate.checks.3',
      'duplicate-check validate.checks.2',
      'duration feature.split.test',
      'range train.resources.cpu',
      'range train.retry.maximumAttempts',
      'range train.trainer.trees',
      'range train.trainer.learningRate',
      'range train.trainer.maxBins',
      'range train.threads',
      'range evaluate.gate.guards.brier',
      'range evaluate.gate.guards.log_loss',
      'metric evaluate.gate.guards',
      'range evaluate.gate.confidence',
      'range evaluate.gate.samples',
      'range evaluate.gate.margin',
      'range evaluate.gate.minEvents',
      'not-json evaluate.gate.margin',
    ]);
  });

  it('finds metrics, slices and drift rules that do not fit', () => {
    expect(
      found((p) => {
        const evaluation = p.evaluate(trained(p).model, {
          metrics: ['rmse' as 'roc_auc'],
          slices: [flights.carrier, flights.distance as never],
          model: 'No Good',
        });
        p.monitor(p.deploy(evaluation, { endpoint: 'ok' }), {
          every: '1 day',
          drift: [
            drift.psi(flights.carrier),
            drift.psi(flights.date as never),
            drift.ks(others.distanec),
            drift.psi(score, { max: -1 }),
            drift.ks(score),
          ],
          performance: [on.performanceBelow('roc_auc', 0.5)],
          persistence: { windows: 3, of: 2 },
        });
      }),
    ).toEqual([
      'metric evaluate.metrics',
      'slice-column evaluate.slices',
      'column-type evaluate.slices',
      'name evaluate.model',
      'monitor-column monitor.drift.0',
      'column-type monitor.drift.1',
      'unknown-column monitor.drift.2',
      'range monitor.drift.3.max',
      'monitor-column monitor.drift.4',
      'range monitor.persistence.windows',
      'performance-without-labels monitor',
    ]);
  });

  it('finds retrain steps that could never start or never run', () => {
    expect(
      found((p) => {
        const endpoint = p.deploy(p.evaluate(trained(p).model));
        p.retrain(endpoint, {
          on: [
            on.drift(),
            on.newRows(0),
            on.cron('* * *'),
            on.cron('61 * * * *'),
            on.cron('0 3 * * 1', { timezone: 'Mars/Olympus' }),
          ],
          window: { newest: '7 days', from: 'trees' as 'from', to: 'trees' as 'to' },
          parameters: { trees: 0, tress: 1 } as object,
        });
        p.retrain(endpoint, { id: 'second', on: [] });
      }),
    ).toEqual([
      'range retrain.on.1',
      'cron retrain.on.2',
      'cron retrain.on.3',
      'cron retrain.on.4',
      'retrain-window retrain.window.from',
      'retrain-window retrain.window.to',
      'retrain-window retrain.window',
      'retrain-parameters retrain.parameters.from',
      'retrain-parameters retrain.parameters.to',
      'retrain-parameters retrain.parameters.tress',
      'range second.on',
      'duplicate-model second',
      'retrain-without-monitor retrain.on',
    ]);
  });

  it('finds drift triggers whose monitor has no drift rule, and performance of the wrong task', () => {
    expect(
      found((p) => {
        const endpoint = p.deploy(p.evaluate(trained(p).model));
        p.retrain(p.monitor(endpoint, { every: '1 day', labels: source.parquet('x') }), {
          on: [on.drift(), on.performanceBelow('r2', 0.5)],
        });
      }),
    ).toEqual(['retrain-without-monitor retrain.on', 'metric retrain.on.0']);
  });

  it('finds bad names, bad parameters and unknown ones', () => {
    const own = {
      n: param.integer({ min: 5, default: 1 }),
      'a b': param.date(),
      c: param.string({ pattern: '(' }),
      d: param.oneOf([]),
    };
    const build = (): unknown =>
      definePipeline('Flight Delay', { params: own }, (p) => {
        p.step('a.b', { run: () => null });
        p.step('x', { run: () => null, timeout: '1 hour', onFailure: 'ignore' as 'fail' });
        return (p.params as { readonly m?: unknown }).m;
      });
    expect(build).toThrow(
      expect.objectContaining({
        details: {
          pipeline: 'Flight Delay',
          issues: [
            expect.objectContaining({ rule: 'parameter', path: 'params.c' }),
            expect.objectContaining({ rule: 'parameter', path: 'params.d' }),
            expect.objectContaining({ rule: 'range', path: 'x.onFailure' }),
            {
              rule: 'unknown-parameter',
              path: 'params.m',
              message: 'the pipeline has no parameter "m"; it declares n, a b, c, d',
            },
            expect.objectContaining({ rule: 'name', path: '' }),
            expect.objectContaining({ rule: 'parameter', path: 'params.n' }),
            expect.objectContaining({ rule: 'parameter', path: 'params.a b' }),
            expect.objectContaining({ rule: 'step-id', path: 'a.b' }),
          ],
        },
      }),
    );
    expect(() => definePipeline('empty', { params: {} }, async () => null)).toThrow(/async.*\n.*at least one step/);
  });

  it('finds lists that cannot be, and lists as live parameters', () => {
    const params = {
      a: param.list(param.string(), { min: -1 }),
      b: param.list(param.string({ pattern: '(' })),
      c: param.list(param.integer({ min: 1 }), { default: [1, 0] }),
    };
    const build = (): unknown =>
      definePipeline('lists', { params }, (p) => {
        p.step('x', { live: { many: param.list(param.integer()) as never }, run: () => null });
      });
    expect(build).toThrow(
      expect.objectContaining({
        details: {
          pipeline: 'lists',
          issues: [
            { rule: 'parameter', path: 'params.a', message: expect.stringContaining('minItems must be >= 0') },
            { rule: 'parameter', path: 'params.b', message: expect.stringContaining('Invalid regular expression') },
            { rule: 'live', path: 'x.live.many', message: 'a live parameter is one value, no list' },
            { rule: 'parameter', path: 'params.c[1]', message: 'the default must be an integer >= 1, got 0' },
          ],
        },
      }),
    );
  });

  it('finds live parameters of a stage that takes no orders', () => {
    const wrong = found((p) => {
      p.ingest({ source: source.parquet('x'), schema: flights, live: {} });
      p.command('program', { command: ['true'], live: {} });
    });
    expect(wrong).toEqual(['live ingest.live']);
  });

  it('finds references and other things where a value is expected', () => {
    expect(
      found((p) => {
        const { features, raw } = trained(p);
        p.train(features, { id: 'odd', trainer: trainer.gbdt({ trees: raw as never, leaves: (() => 1) as never }) });
        p.ingest({ id: 'half', source: source.parquet('\ud800'), schema: flights });
      }),
    ).toEqual(['reference-as-value odd.trainer.trees', 'not-json odd.trainer.leaves', 'not-json half.source.path']);
  });

  it('throws nothing but its own error, whatever the graph', () => {
    const node = fc.record({
      id: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string()),
      after: fc.array(fc.nat(8)),
      timeout: fc.oneof(fc.constantFrom('1 hour', '5 days'), fc.string()),
      weights: fc.array(fc.double()),
      cpu: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
        issuesOf((p) => {
          const { model } = trained(p);
          const references: Ref[] = [];
          const waits: Ref[][] = nodes.map(() => []);
          for (const [index, { id, timeout, cpu, weights }] of nodes.entries()) {
            references.push(
              p.step(id, { after: waits[index]!, timeout: timeout as Duration, resources: { cpu }, run: () => null }),
            );
            p.deploy(p.evaluate(model, { id: `e${index}`, model: id }), { id: `d${index}`, rollout: rollout.canary(weights) });
          }
          for (const [index, { after }] of nodes.entries())
            waits[index]!.push(...after.flatMap((other) => references[other] ?? []));
        });
      }),
    );
  });

  it('declares what the parameters are', () => {
    expect(define((p) => trained(p)).plan.parameters['required']).toEqual(['from', 'to']);
    expect(Object.keys(params)).toEqual(['from', 'to', 'trees']);
  });
});
