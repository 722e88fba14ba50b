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

/** Days in Seattle (NOAA). One declaration drives ingest, validation, features and what the model server takes. */
export const weather = schema('weather', {
  date: col.timestamp({ eventTime: true }),
  precipitation: col.float({ unit: 'mm', min: 0 }),
  temp_max: col.float({ unit: 'degree Celsius' }),
  temp_min: col.float({ unit: 'degree Celsius' }),
  wind: col.float({ unit: 'm/s', min: 0 }),
});

const params = { from: param.date({ default: '2012-01-01' }), to: param.date({ default: '2015-01-01' }) };

/** Will it be a day with rain? */
export default definePipeline('rain', { params }, (p) => {
  const raw = p.ingest({ source: source.csv('data/weather.csv'), schema: weather, window: [p.params.from, p.params.to] });
  const checked = p.validate(raw, { checks: [check.rowCount({ min: 300 }), check.between(weather.wind, { min: 0, max: 60 })] });
  const features = p.feature(checked, {
    label: label.binary(gt(weather.precipitation, 0)),
    split: split.byTime({ test: '180 days' }),
    columns: {
      warm: feature.numeric(weather.temp_max),
      cold: feature.numeric(weather.temp_min),
      wind: feature.numeric(weather.wind),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: 60 }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc', 'log_loss'], gate: gate.betterThanChampion('roc_auc') });
  const endpoint = p.deploy(evaluation, { rollout: rollout.canary([10, 100], { bake: '10 seconds' }) });
  const monitor = p.monitor(endpoint, {
    every: '7 days',
    drift: [drift.wasserstein(weather.temp_max, { max: 0.1 }), drift.psi(score, { max: 0.1 })],
  });
  p.retrain(monitor, { on: [on.drift()], coolDown: '12 hours', budget: { runs: 3, per: '7 days' } });
});
