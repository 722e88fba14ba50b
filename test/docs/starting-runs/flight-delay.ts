import { check, col, definePipeline, param, schema, source } from 'perennial-ml';

/** Name and parameters of the example, so that the page's commands fit, with its first two stages, so that they are quick. */
const flights = schema('flights', {
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
  p.validate(raw, { checks: [check.rowCount({ min: 1_000 }), check.notNull(flights.delay, { mostly: 0.95 })] });
});
