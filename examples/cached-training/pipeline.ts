import { binary, byTime, category, csv, definePipeline, float, gbdt, integer, notNull, numeric } from 'perennial';
import { rowCount, schema, sql, timestamp } from 'perennial';

export const weather = schema('weather', {
  date: timestamp({ eventTime: true }),
  precipitation: float({ unit: 'mm', min: 0 }),
  temp_max: float({ unit: 'celsius' }),
  temp_min: float({ unit: 'celsius' }),
  wind: float({ unit: 'm/s', min: 0 }),
  weather: category(),
});

/** Will it rain in Seattle? Run it twice: the second run takes every result of the first. Change `trees`: only what depends on it runs. */
export default definePipeline('cached-training', { params: { trees: integer({ min: 1, default: 20 }) } }, (p) => {
  const raw = p.ingest({ source: csv('node_modules/vega-datasets/data/seattle-weather.csv'), schema: weather });
  const checked = p.validate(raw, { checks: [rowCount({ min: 1_000 }), notNull('weather')] });
  const features = p.feature(checked, {
    label: binary(sql`precipitation > 0`),
    split: byTime({ test: '180 days' }),
    columns: { warm: numeric('temp_max'), cold: numeric('temp_min'), wind: numeric('wind') },
  });
  const model = p.train(features, { trainer: gbdt({ trees: p.params.trees }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'] });
  p.step('summary', {
    cache: true,
    inputs: { evaluation },
    run: ({ evaluation: { metrics } }) => ({ text: `area under the curve: ${(metrics['roc_auc'] ?? 0).toFixed(2)}` }),
  });
});
