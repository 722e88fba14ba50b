import { check, col, definePipeline, feature, gt, label, param, schema, source, split, trainer } from 'perennial-ml';

export const weather = schema('weather', {
  date: col.timestamp({ eventTime: true }),
  precipitation: col.float({ unit: 'mm', min: 0 }),
  temp_max: col.float({ unit: 'celsius' }),
  temp_min: col.float({ unit: 'celsius' }),
  wind: col.float({ unit: 'm/s', min: 0 }),
  weather: col.category(),
});

/** Will it rain in Seattle? Run it twice: the second run takes every result of the first. Change `trees`: only what depends on it runs. */
export default definePipeline('cached-training', { params: { trees: param.integer({ min: 1, default: 20 }) } }, (p) => {
  const raw = p.ingest({ source: source.csv('node_modules/vega-datasets/data/seattle-weather.csv'), schema: weather });
  const checked = p.validate(raw, { checks: [check.rowCount({ min: 1_000 }), check.notNull(weather.weather)] });
  const features = p.feature(checked, {
    label: label.binary(gt(weather.precipitation, 0)),
    split: split.byTime({ test: '180 days' }),
    columns: {
      warm: feature.numeric(weather.temp_max),
      cold: feature.numeric(weather.temp_min),
      wind: feature.numeric(weather.wind),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: p.params.trees }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'] });
  p.step('summary', {
    cache: true,
    inputs: { evaluation },
    run: ({ evaluation: { metrics } }) => ({ text: `area under the curve: ${(metrics['roc_auc'] ?? 0).toFixed(2)}` }),
  });
});
