import { category, date, definePipeline, float, integer, parquet, schema, timestamp } from 'perennial';
import { notNull, rowCount } from 'perennial';

/** Name and parameters of the example, so that the page's commands fit, with its first two stages, so that they are quick. */
const flights = schema('flights', {
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
  p.validate(raw, { checks: [rowCount({ min: 1_000 }), notNull('delay', { mostly: 0.95 })] });
});
