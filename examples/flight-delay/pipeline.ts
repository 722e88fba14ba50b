import { category, date, definePipeline, float, integer, parquet, schema, sql, timestamp } from 'perennial';
import { binary, byTime, freshness, gbdt, hourOf, notNull, numeric, rowCount, targetEncode, weekdayOf } from 'perennial';
import { betterThan, canary, driftDetected, newRows, performanceBelow, psi, wasserstein } from 'perennial';

export const flights = schema('flights', {
  date: timestamp({ eventTime: true }),
  distance: float({ unit: 'mile', min: 1 }),
  origin: category(),
  destination: category(),
  delay: float({ unit: 'minute' }).nullable(),
});

const params = { from: date(), to: date(), trees: integer({ min: 1, default: 100 }) };

export default definePipeline('flight-delay', { params }, (p) => {
  const raw = p.ingest({
    source: parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: { column: 'date', from: p.params.from, to: p.params.to },
  });
  const checked = p.validate(raw, {
    checks: [rowCount({ min: 1_000 }), notNull('delay', { mostly: 0.95 }), freshness({ max: '2 days', severity: 'warn' })],
  });
  const features = p.feature(checked, {
    label: binary(sql`delay > 15`),
    split: byTime({ test: '14 days' }),
    columns: {
      hour: hourOf('date'),
      weekday: weekdayOf('date'),
      distance: numeric('distance'),
      origin: targetEncode('origin'),
      destination: targetEncode('destination'),
      route: targetEncode('origin', 'destination'),
    },
  });
  const model = p.train(features, { trainer: gbdt({ trees: p.params.trees, maxRows: 200_000 }), resources: { cpu: 2 } });
  const evaluation = p.evaluate(model, {
    metrics: ['roc_auc', 'log_loss', 'calibration_error'],
    // What is compared ends two weeks before the model that goes live, which is fitted on these as well: as good is good enough.
    gate: betterThan('champion', { metric: 'roc_auc', margin: 0.002, samples: 100 }),
    resources: { cpu: 2 },
  });
  const endpoint = p.deploy(evaluation, { rollout: canary([10, 50, 100], { bake: '1 second' }) });
  p.monitor(endpoint, {
    every: '7 days',
    clock: 'event',
    drift: { distance: wasserstein({ max: 0.1 }), origin: psi({ max: 0.1 }), score: psi({ max: 0.1 }) },
    labels: { source: parquet('.perennial/demo/labels/*.parquet'), key: 'request_id', delay: '7 days' },
  });
  p.retrain({
    on: [driftDetected(), performanceBelow('roc_auc', 0.64), newRows(25_000)],
    clock: 'event',
    debounce: '1 second',
    coolDown: '35 days',
    budget: { runs: 2, per: '60 days' },
  });
});
