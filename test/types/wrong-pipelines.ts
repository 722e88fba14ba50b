// Checked by `npm run typecheck`: every line under an expectation must not compile.
import {
  check,
  col,
  definePipeline,
  drift,
  feature,
  gate,
  gt,
  label,
  on,
  or,
  param,
  rollout,
  schema,
  score,
  source,
  split,
  trainer,
} from '../../src/index.js';
import type { ParameterInput, Pipeline, Ref } from '../../src/index.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float(),
  seats: col.integer({ min: 0 }),
  late: col.boolean(),
  origin: col.category(),
  remark: col.text(),
  delay: col.float().nullable(),
});
const newest = split.byTime({ test: '7 days' });
const late = label.binary(gt(flights.delay, 1));

export const good = definePipeline(
  'good',
  {
    params: {
      from: param.date(),
      to: param.date(),
      trees: param.integer({ default: 10 }),
      airline: param.string(),
      mode: param.oneOf(['a', 'b'], { default: 'a' }),
    },
  },
  (p) => {
    const raw = p.ingest({ source: source.parquet('x'), schema: flights, window: [p.params.from, p.params.to] });
    const checked = p.validate(raw, {
      checks: [check.rowCount({ min: 1 }), check.notNull(flights.delay), check.between(flights.distance, { min: 1 })],
    });
    const features = p.feature(checked, {
      label: label.binary(gt(flights.delay, 15)),
      split: newest,
      columns: {
        hour: feature.hourOf(flights.date),
        late: feature.numeric(flights.late),
        d: feature.standardize(flights.distance),
        o: feature.oneHot(flights.origin),
        t: feature.targetEncode(flights.origin, { folds: 3 }),
      },
    });
    const model = p.train(features, { trainer: trainer.gbdt({ trees: p.params.trees }) });
    const evaluation = p.evaluate(model, {
      metrics: ['roc_auc'],
      gate: gate.betterThanChampion('log_loss'),
      slices: [flights.origin],
    });
    const endpoint = p.deploy(evaluation);
    const monitor = p.monitor(endpoint, {
      every: '1 day',
      drift: [
        drift.ks(flights.distance, { max: 1 }),
        drift.psi(flights.origin, { max: 1 }),
        drift.wasserstein(score, { max: 1 }),
      ],
    });
    p.retrain(monitor, {
      on: [on.drift(), on.newRows(10)],
      window: { newest: '7 days', from: 'from', to: 'to' },
      parameters: { airline: 'x' },
    });

    // columns
    // @ts-expect-error a misspelt column
    p.feature(raw, { label: late, split: newest, columns: { d: feature.standardize(flights.distanec) } });
    // @ts-expect-error an hour of a number
    p.feature(raw, { label: late, split: newest, columns: { h: feature.hourOf(flights.distance) } });
    label.binary(or(flights.late, gt(flights.distance, 5)), { outcome: [flights.late, flights.delay] });
    // @ts-expect-error a weekday of a category
    p.feature(raw, { label: late, split: newest, columns: { w: feature.weekdayOf(flights.origin) } });
    // @ts-expect-error a category is not a number
    p.feature(raw, { label: late, split: newest, columns: { o: feature.standardize(flights.origin) } });
    // @ts-expect-error free text is not a number
    p.feature(raw, { label: late, split: newest, columns: { o: feature.numeric(flights.remark) } });
    p.feature(raw, {
      label: late,
      split: newest,
      // @ts-expect-error a number is not a category
      columns: { o: feature.targetEncode(flights.distance) },
    });
    p.feature(raw, {
      label: late,
      split: newest,
      // @ts-expect-error one of two joint keys is not a category
      columns: { o: feature.targetEncode(flights.origin, flights.distance) },
    });
    // @ts-expect-error one-hot of a timestamp
    p.feature(raw, { label: late, split: newest, columns: { o: feature.oneHot(flights.date) } });
    // @ts-expect-error a check of a column that is not there
    p.validate(raw, { checks: [check.notNull(flights.dealy)] });
    // @ts-expect-error bounds of a category
    p.validate(raw, { checks: [check.between(flights.origin, { min: 1 })] });
    p.ingest({
      source: source.parquet('x'),
      schema: flights,
      // @ts-expect-error a window has two ends
      window: ['2001-01-01'],
    });
    // @ts-expect-error a slice by a number
    p.evaluate(model, { slices: [flights.distance] });

    // references
    // @ts-expect-error train needs a feature set
    p.train(raw, { trainer: trainer.gbdt() });
    // @ts-expect-error validate needs a data set
    p.validate(checked, { checks: [] });
    // @ts-expect-error evaluate needs a model
    p.evaluate(features);
    // @ts-expect-error deploy needs an evaluation
    p.deploy(model);
    // @ts-expect-error monitor needs an endpoint
    p.monitor(evaluation, { every: '1 day' });
    // @ts-expect-error a string is not a reference
    p.step('after', { after: ['train'], run: () => null });

    // metrics and tasks
    const minutes = p.feature(raw, {
      id: 'minutes',
      label: label.regression(flights.delay),
      split: newest,
      columns: { d: feature.numeric(flights.distance) },
    });
    const regressor = p.train(minutes, { id: 'regressor', trainer: trainer.gbdt() });
    p.evaluate(regressor, { id: 'ok', metrics: ['rmse', 'mae'], gate: gate.betterThanChampion('r2') });
    // @ts-expect-error ROC AUC of a regression
    p.evaluate(regressor, { metrics: ['roc_auc'] });
    // @ts-expect-error a gate by ROC AUC of a regression
    p.evaluate(regressor, { gate: gate.betterThanChampion('roc_auc') });
    // @ts-expect-error a guard of another task than the gate's metric
    p.evaluate(model, { gate: gate.betterThanChampion('roc_auc', { guards: { rmse: 1 } }) });
    // @ts-expect-error RMSE of a binary label
    p.evaluate(model, { metrics: ['rmse'] });
    // @ts-expect-error an unknown metric
    p.evaluate(model, { metrics: ['auc'] });
    // @ts-expect-error less log loss is better, so falling below is no decay
    on.performanceBelow('log_loss', 0.5);
    // @ts-expect-error performance of a regression does not fit a binary label
    p.monitor(endpoint, { every: '1 day', performance: [on.performanceBelow('r2', 0.5)] });

    // monitoring
    // @ts-expect-error drift of a column that is not there
    p.monitor(endpoint, { every: '1 day', drift: [drift.psi(flights.distanec, { max: 1 })] });
    // @ts-expect-error a Wasserstein distance of a category
    p.monitor(endpoint, { every: '1 day', drift: [drift.wasserstein(flights.origin, { max: 1 })] });
    // @ts-expect-error time always drifts
    p.monitor(endpoint, { every: '1 day', drift: [drift.psi(flights.date, { max: 1 })] });

    // @ts-expect-error a retrain policy follows a monitor or an endpoint
    p.retrain(model, { on: [on.drift()] });

    // parameters
    // @ts-expect-error a parameter that is not declared
    p.train(features, { trainer: trainer.gbdt({ trees: p.params.tress }) });
    // @ts-expect-error a date is not a number of trees
    p.train(features, { trainer: trainer.gbdt({ trees: p.params.from }) });
    // @ts-expect-error a plain string is not a date
    p.ingest({ source: source.parquet('x'), schema: flights, window: [p.params.airline, p.params.to] });
    // @ts-expect-error the retrain window needs date parameters
    p.retrain(monitor, { on: [on.drift()], window: { newest: '7 days', from: 'airline', to: 'to' } });
    // @ts-expect-error a parameter that is not declared
    p.retrain(monitor, { on: [on.drift()], parameters: { airlnie: 'x' } });
    // @ts-expect-error arithmetic with a reference
    trainer.gbdt({ trees: p.params.trees * 2 });

    // durations and options
    // @ts-expect-error no unit
    split.byTime({ test: '7' });
    // @ts-expect-error an unknown unit
    p.monitor(endpoint, { every: '1 month' });
    // @ts-expect-error a number is not a duration
    rollout.canary([100], { bake: 5 });
    // @ts-expect-error an unknown failure policy
    p.train(features, { trainer: trainer.gbdt(), onFailure: 'ignore' });
    // @ts-expect-error an unknown setting of the trainer
    trainer.gbdt({ tree: 100 });

    // custom steps
    const total: Ref<{ rows: number }> = p.step('total', {
      inputs: { raw, checked },
      run: async (inputs) => ({ rows: inputs.raw.meta.rows + inputs.checked.checks.length }),
    });
    p.step('nothing', { run: () => null });
    // @ts-expect-error the input is called `total`
    p.step('misnamed', { inputs: { total }, run: (inputs) => inputs.totals });
    // @ts-expect-error rows is a number
    p.step('mistyped', { inputs: { total }, run: (inputs) => inputs.total.rows.length });
    // @ts-expect-error JSON makes a string of a Date
    p.step('dated', { run: () => ({ at: new Date(0) }) });
    // @ts-expect-error JSON makes {} of a Map
    p.step('mapped', { run: async () => new Map([['a', 1]]) });
    // @ts-expect-error JSON damages typed arrays
    p.step('typed', { run: () => new Float32Array(2) });
    // @ts-expect-error a step returns something, null when there is nothing to say
    p.step('silent', { run: () => undefined });
    // @ts-expect-error a reference has no value yet
    total.rows;
  },
);

type Start = typeof good extends Pipeline<infer Input> ? Input : never;
export const least: Start = { from: '2001-01-01', to: '2001-02-01', airline: 'AA' };
export const most: Start = { ...least, trees: 5, mode: 'b' };
// @ts-expect-error `to` and `airline` have no default
export const missing: Start = { from: '2001-01-01' };
// @ts-expect-error trees is a number
export const wrongType: Start = { ...least, trees: '5' };
// @ts-expect-error mode is a or b
export const wrongChoice: Start = { ...least, mode: 'c' };
// @ts-expect-error there is no `tree`
export const unknownName: Start = { ...least, tree: 5 };
export const direct: ParameterInput<{ flag: ReturnType<typeof param.date> }> = { flag: '2001-01-01' };

// @ts-expect-error a parameter with a default is no column
schema('bad', { n: col.integer({ default: 1 }) });
// @ts-expect-error a date parameter is no column
schema('bad', { n: param.date() });
// @ts-expect-error a float column is no parameter
definePipeline('bad', { params: { x: col.float() } }, () => null);
// @ts-expect-error the default is none of the choices
param.oneOf(['a', 'b'], { default: 'c' });
