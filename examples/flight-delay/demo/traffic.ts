import { setTimeout as sleep } from 'node:timers/promises';
import type { Flight } from './weeks.js';

const ROWS_PER_REQUEST = 100;
const PARALLEL_REQUESTS = 4;

/** Customers: ask the model server about flights over HTTP and count every answer. */
export class Traffic {
  sent = 0;
  answered = 0;
  failed = 0;
  /** What each flight was told, by its id. */
  readonly scores = new Map<string, number>();
  readonly failures: string[] = [];
  private readonly server: string;
  private readonly url: string;
  private readonly headers: Record<string, string>;

  constructor(server: string, model: string, key: string) {
    this.url = `${server}/v1/models/${model}:predict`;
    this.server = server;
    this.headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  }

  /** Sends the flights once; `until` cuts it short between requests. Returns how many were sent. */
  async send(flights: readonly Flight[], progress: (done: number) => void, until: () => boolean = () => false): Promise<number> {
    let next = 0;
    const customer = async (): Promise<void> => {
      while (next < flights.length && !until()) {
        const batch = flights.slice(next, next + ROWS_PER_REQUEST);
        next += batch.length;
        await this.ask(batch);
        progress(next);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, customer));
    return Math.min(next, flights.length);
  }

  /** Rows that the server has written to its prediction log. */
  async logged(): Promise<number> {
    const response = await fetch(`${this.server}/metrics`, { headers: this.headers });
    const line = (await response.text()).split('\n').find((text) => text.startsWith('perennial_log_rows_total'));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Returns when every answer is in the prediction log. */
  async waitUntilLogged(progress: (rows: number) => void): Promise<void> {
    for (;;) {
      const rows = await this.logged();
      if (rows >= this.answered) return;
      progress(rows);
      await sleep(100);
    }
  }

  private async ask(batch: readonly Flight[]): Promise<void> {
    this.sent += batch.length;
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: this.headers,
        body: JSON.stringify({ instances: batch.map((flight) => flight.columns), ids: batch.map((flight) => flight.id) }),
      });
      const body = (await response.json()) as { predictions?: { score: number }[] };
      const scores = body.predictions ?? [];
      if (!response.ok || scores.length !== batch.length || scores.some(({ score }) => !(score >= 0 && score <= 1))) {
        throw new Error(`status ${String(response.status)}: ${JSON.stringify(body).slice(0, 300)}`);
      }
      for (const [at, { id }] of batch.entries()) this.scores.set(id, scores[at]?.score ?? Number.NaN);
      this.answered += batch.length;
    } catch (error) {
      this.failed += batch.length;
      this.failures.push(String(error));
    }
  }
}
