import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FLIGHTS } from './places.js';

export interface Week {
  /** Half-open, ISO dates. */
  readonly from: string;
  readonly to: string;
}

export interface Flight {
  readonly id: string;
  readonly columns: { readonly date: string; readonly distance: number; readonly origin: string; readonly destination: string };
}

const DAY_MS = 86_400_000;

/** Whole weeks from `from` up to `to`. */
export function weeksBetween(from: string, to: string): Week[] {
  const weeks: Week[] = [];
  const end = Date.parse(to);
  for (let at = Date.parse(from); at + 7 * DAY_MS <= end; at += 7 * DAY_MS)
    weeks.push({ from: isoDate(at), to: isoDate(at + 7 * DAY_MS) });
  return weeks;
}

/** A week's customers and what became of their flights. */
interface Asked {
  readonly flights: readonly Flight[];
  readonly late: ReadonlyMap<string, boolean>;
}

/** Reads the flights of a week: a random sample for the traffic, and the true delays of the same flights for the labels. */
export class FlightSource {
  private readonly connection: DuckDBConnection;
  private readonly asked = new Map<string, Promise<Asked>>();

  private constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  static async open(): Promise<FlightSource> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new FlightSource(await instance.connect());
  }

  /** The same `count` flights of the week at every call, in time order; they stand for what customers ask about. */
  async sample(week: Week, count: number): Promise<readonly Flight[]> {
    return (await this.read(week, count)).flights;
  }

  /** Which of the week's flights were late, by id: the label that the models learn. */
  async late(week: Week, count: number): Promise<ReadonlyMap<string, boolean>> {
    return (await this.read(week, count)).late;
  }

  /** Writes what really happened to the sampled flights, as the label feed does a week later. */
  async writeLabels(week: Week, count: number, path: string): Promise<void> {
    await this.read(week, count);
    await mkdir(dirname(path), { recursive: true });
    await this.connection.run(`COPY (SELECT id AS request_id, delay FROM ${tableOf(week)}) TO '${path}.part' (FORMAT parquet)`);
    await rename(`${path}.part`, path);
  }

  private read(week: Week, count: number): Promise<Asked> {
    const known = this.asked.get(week.from) ?? this.load(week, count);
    this.asked.set(week.from, known);
    return known;
  }

  private async load(week: Week, count: number): Promise<Asked> {
    await this.connection.run(`CREATE TABLE ${tableOf(week)} AS ${sampleSql(week, count)}`);
    const reader = await this.connection.runAndReadAll(
      `SELECT id, date, distance, origin, destination, delay > 15 FROM ${tableOf(week)} ORDER BY date, id`,
    );
    const rows = reader.getRowsJson() as [string, string, string, string, string, boolean | null][];
    return {
      flights: rows.map(([id, date, distance, origin, destination]) => ({
        id,
        columns: { date: `${date.replace(' ', 'T')}Z`, distance: Number(distance), origin, destination },
      })),
      late: new Map(rows.flatMap(([id, , , , , late]) => (late === null ? [] : [[id, late] as const]))),
    };
  }
}

function tableOf(week: Week): string {
  return `"${week.from}"`;
}

function sampleSql(week: Week, count: number): string {
  return `SELECT 'flight-' || file_row_number AS id, date, distance, origin, destination, delay
    FROM read_parquet('${FLIGHTS}', file_row_number = true)
    WHERE date >= TIMESTAMP '${week.from}' AND date < TIMESTAMP '${week.to}'
    ORDER BY hash(file_row_number) LIMIT ${String(count)}`;
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
