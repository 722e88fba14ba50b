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
  param,
  rollout,
  schema,
  score,
  source,
  split,
  trainer,
} from 'perennial-ml';

export const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile', min: 1 }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float({ unit: 'minute' }).nullable(),
});

const params = { from: param.date(), to: param.date(), trees: param.integer({ min: 1, default: 100 }) };

export default definePipeline('flight-delay', { params }, (p) => {
  const raw = p.ingest({
    source: source.parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: [p.params.from, p.params.to],
  });
  const checked = p.validate(raw, {
    checks: [
      check.rowCount({ min: 1_000 }),
      check.notNull(flights.delay, { mostly: 0.95 }),
      check.freshness({ max: '2 days', severity: 'warn' }),
    ],
  });
  const features = p.feature(checked, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '14 days' }),
    columns: {
      hour: feature.hourOf(flights.date),
      weekday: feature.weekdayOf(flights.date),
      distance: feature.numeric(flights.distance),
      origin: feature.targetEncode(flights.origin),
      destination: feature.targetEncode(flights.destination),
      route: feature.targetEncode(flights.origin, flights.destination),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: p.params.trees, maxRows: 200_000 }), resources: { cpu: 2 } });
  const evaluation = p.evaluate(model, {
    metrics: ['roc_auc', 'log_loss', 'calibration_error'],
    // What is compared ends two weeks before the model that goes live, which is fitted on these as well: as good is good enough.
    gate: gate.betterThanChampion('roc_auc', { margin: 0.002, samples: 100 }),
    resources: { cpu: 2 },
  });
  const endpoint = p.deploy(evaluation, { rollout: rollout.canary([10, 50, 100], { bake: '1 second' }) });
  const monitor = p.monitor(endpoint, {
    every: '7 days',
    clock: 'event',
    drift: [drift.wasserstein(flights.distance), drift.psi(flights.origin), drift.psi(score)],
    labels: { source: source.parquet('.perennial/demo/labels/*.parquet'), key: 'request_id', delay: '7 days' },
  });
  p.retrain(monitor, {
    on: [on.drift(), on.performanceBelow('roc_auc', 0.64), on.newRows(25_000)],
    clock: 'event',
    debounce: '1 second',
    coolDown: '35 days',
    budget: { runs: 2, per: '60 days' },
  });
});
