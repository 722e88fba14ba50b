import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Flight, FlightSource, Week } from './weeks.js';

export interface Quality {
  /** Means over the weeks. */
  readonly rocAuc: number;
  readonly logLoss: number;
}

/** What was served, and what the model of January would have said to the same customers. */
export interface Hindsight {
  readonly weeks: number;
  readonly rows: number;
  readonly served: Quality;
  readonly january: Quality;
}

/**
 * Measures both on the flights of the weeks whose labels came. The model of January is read from its file by ONNX Runtime, without us.
 * @param served - the score that each flight got, by id.
 */
export async function lookBack(
  file: string,
  flights: FlightSource,
  weeks: readonly Week[],
  count: number,
  served: ReadonlyMap<string, number>,
): Promise<Hindsight> {
  const january = await InferenceSession.create(file);
  const qualities: { readonly rows: number; readonly served: Quality; readonly january: Quality }[] = [];
  for (const week of weeks) {
    const [asked, late] = [await flights.sample(week, count), await flights.late(week, count)];
    const known = asked.filter(({ id }) => late.has(id) && served.has(id));
    const labels = known.map(({ id }) => late.get(id) === true);
    const then = known.map(({ id }) => served.get(id) ?? Number.NaN);
    qualities.push({
      rows: known.length,
      served: qualityOf(labels, then),
      january: qualityOf(labels, await scoresOf(january, known)),
    });
  }
  await january.release();
  const mean = (pick: (quality: (typeof qualities)[number]) => number): number =>
    qualities.reduce((sum, quality) => sum + pick(quality), 0) / qualities.length;
  const meanOf = (who: 'served' | 'january'): Quality => ({
    rocAuc: mean((quality) => quality[who].rocAuc),
    logLoss: mean((quality) => quality[who].logLoss),
  });
  const rows = qualities.reduce((sum, quality) => sum + quality.rows, 0);
  return { weeks: weeks.length, rows, served: meanOf('served'), january: meanOf('january') };
}

async function scoresOf(session: InferenceSession, flights: readonly Flight[]): Promise<number[]> {
  const shape = [flights.length, 1];
  const columns = flights.map(({ columns: own }) => own);
  const { score } = await session.run({
    date: new Tensor(
      'int64',
      BigInt64Array.from(columns, ({ date }) => BigInt(Date.parse(date))),
      shape,
    ),
    distance: new Tensor(
      'float32',
      Float32Array.from(columns, ({ distance }) => distance),
      shape,
    ),
    origin: new Tensor(
      'string',
      columns.map(({ origin }) => origin),
      shape,
    ),
    destination: new Tensor(
      'string',
      columns.map(({ destination }) => destination),
      shape,
    ),
  });
  return Array.from((score?.data ?? []) as Float32Array);
}

function qualityOf(labels: readonly boolean[], scores: readonly number[]): Quality {
  const loss = labels.reduce((sum, label, row) => sum - Math.log(label ? (scores[row] ?? 0) : 1 - (scores[row] ?? 0)), 0);
  return { rocAuc: rocAuc(labels, scores), logLoss: loss / labels.length };
}

/** Chance that a late flight has a higher score than one in time, ties counting half. */
function rocAuc(labels: readonly boolean[], scores: readonly number[]): number {
  const order = [...labels.keys()].sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [inTime, late, pairs] = [0, 0, 0];
  for (let first = 0; first < order.length;) {
    let next = first;
    let lateHere = 0;
    const score = scores[order[first] ?? 0];
    for (; next < order.length && scores[order[next] ?? 0] === score; next += 1)
      lateHere += labels[order[next] ?? 0] === true ? 1 : 0;
    const inTimeHere = next - first - lateHere;
    pairs += lateHere * (inTime + inTimeHere / 2);
    late += lateHere;
    inTime += inTimeHere;
    first = next;
  }
  return pairs / late / inTime;
}
