import { check, col, definePipeline, feature, gate, gt, label, schema, source, split, trainer } from 'perennial-ml';
import { mark } from '../bodies.js';

const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile', min: 1 }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float({ unit: 'minute' }).nullable(),
});

/** The same step before and after somebody changed its code, and its result with it. */
const before = ({ model }: { readonly model: { readonly bytes: number } }): { readonly size: number } => {
  mark('size');
  return { size: model.bytes };
};
const after = ({ model }: { readonly model: { readonly bytes: number } }): { readonly size: number } => {
  mark('size');
  return { size: Math.ceil(model.bytes / 1024) };
};

/** Ten steps on real flights: the five stages up to the evaluation, and five steps of the user's own, all of them cached. */
export default definePipeline('bench-training', (p) => {
  const cache = true;
  const raw = p.ingest({
    source: source.parquet('node_modules/vega-datasets/data/flights-3m.parquet'),
    schema: flights,
    window: ['2001-01-01', '2001-02-01'],
  });
  const checked = p.validate(raw, { checks: [check.rowCount({ min: 1_000 }), check.notNull(flights.delay, { mostly: 0.9 })] });
  const features = p.feature(checked, {
    label: label.binary(gt(flights.delay, 15)),
    split: split.byTime({ test: '7 days' }),
    columns: {
      hour: feature.hourOf(flights.date),
      distance: feature.numeric(flights.distance),
      origin: feature.targetEncode(flights.origin),
    },
  });
  const model = p.train(features, { trainer: trainer.gbdt({ trees: 50 }) });
  const evaluation = p.evaluate(model, { metrics: ['roc_auc'], gate: gate.betterThanChampion('roc_auc') });
  const rows = p.step('rows', {
    cache,
    inputs: { features },
    run: ({ features: { meta } }) => {
      mark('rows');
      return meta.trainRows + meta.testRows;
    },
  });
  const size = p.step('size', { cache, inputs: { model }, run: process.env['BENCH_CHANGED'] === '1' ? after : before });
  const density = p.step('density', {
    cache,
    inputs: { rows, size },
    run: (inputs) => {
      mark('density');
      return inputs.size.size / inputs.rows;
    },
  });
  const verdict = p.step('verdict', {
    cache,
    inputs: { evaluation },
    run: (inputs) => {
      mark('verdict');
      return inputs.evaluation.decision;
    },
  });
  p.step('summary', {
    cache,
    inputs: { density, verdict },
    run: (inputs) => {
      mark('summary');
      return `${inputs.verdict} at ${inputs.density}`;
    },
  });
});
