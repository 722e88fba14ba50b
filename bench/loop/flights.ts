import { DuckDBInstance } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { col, schema } from 'perennial-ml';

export const FILE = 'node_modules/vega-datasets/data/flights-3m.parquet';

export const flights = schema('flights', {
  date: col.timestamp({ eventTime: true }),
  distance: col.float({ unit: 'mile', min: 1 }),
  origin: col.category(),
  destination: col.category(),
  delay: col.float({ unit: 'minute' }).nullable(),
});

/** Flights of one week, column by column. */
export interface WeekOfFlights {
  readonly date: BigInt64Array;
  readonly distance: Float32Array;
  readonly origin: readonly string[];
  readonly destination: readonly string[];
  readonly labels: Float64Array;
}

const ROWS_AT_ONCE = 10_000;

/** The flights of [from, to), ms since 1970; `most` of them, chosen by hash, or all (null). */
export async function readWeek(from: number, to: number, most: number | null): Promise<WeekOfFlights> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const reader = await connection.runAndReadAll(
    `SELECT epoch_ms(date)::BIGINT, distance::DOUBLE, origin, destination, (delay > 15)::INTEGER
     FROM read_parquet('${FILE}', file_row_number = true)
     WHERE date >= TIMESTAMP '${day(from)}' AND date < TIMESTAMP '${day(to)}' AND delay IS NOT NULL
     ORDER BY hash(file_row_number)${most === null ? '' : ` LIMIT ${String(most)}`}`,
  );
  const [dates = [], distances = [], origins = [], destinations = [], labels = []] = reader.getColumns();
  connection.closeSync();
  instance.closeSync();
  return {
    date: BigInt64Array.from(dates as bigint[]),
    distance: Float32Array.from(distances as number[]),
    origin: origins.map(String),
    destination: destinations.map(String),
    labels: Float64Array.from(labels, Number),
  };
}

/** What a model says about the flights of a week, as ONNX Runtime runs it. */
export async function scoresOf(model: Uint8Array, week: WeekOfFlights): Promise<Float64Array> {
  const session = await InferenceSession.create(model);
  const rows = week.labels.length;
  const scores = new Float64Array(rows);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, rows);
    const shape = [to - from, 1];
    const { score } = await session.run({
      date: new Tensor('int64', week.date.slice(from, to), shape),
      distance: new Tensor('float32', week.distance.slice(from, to), shape),
      origin: new Tensor('string', week.origin.slice(from, to), shape),
      destination: new Tensor('string', week.destination.slice(from, to), shape),
    });
    scores.set(score?.data as Float32Array, from);
  }
  await session.release();
  return scores;
}
