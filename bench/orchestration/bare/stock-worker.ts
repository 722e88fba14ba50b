import { Client, Connection } from '@temporalio/client';
import { type BenchResult, measured, withFigure } from '../../report.js';
import { timeOfDayMs } from '../bodies.js';
import type { InTurns } from '../repeated.js';
import { onStand, type Stand } from '../stand.js';

/** A stock Temporal worker beside ours on the server of a stand: what Temporal itself takes for the same work, with nothing of ours but the dev server. */
export class StockWorker {
  readonly #stand: Stand;
  readonly #connection: Connection;
  readonly #client: Client;

  private constructor(stand: Stand, connection: Connection) {
    this.#stand = stand;
    this.#connection = connection;
    this.#client = new Client({ connection });
  }

  static async on(stand: Stand): Promise<StockWorker> {
    await stand.workStock();
    return new StockWorker(stand, await Connection.connect({ address: stand.address }));
  }

  /** When the client called, and how long it waited for the result. */
  async run(type: 'bareChain' | 'bareFanOut', size: number): Promise<{ readonly startedAt: number; readonly tookMs: number }> {
    await this.#stand.clearBodies();
    const startedAt = timeOfDayMs();
    await this.#client.workflow.execute(type, { taskQueue: 'bare', workflowId: `${type}-${startedAt}`, args: [size] });
    return { startedAt, tookMs: timeOfDayMs() - startedAt };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** As `onStand`, with a stock worker beside ours. */
export function besideStock<T>(
  file: string,
  work: (stand: Stand, stock: StockWorker) => Promise<T>,
  environment: NodeJS.ProcessEnv = {},
): Promise<T> {
  return onStand(
    file,
    async (stand) => {
      const stock = await StockWorker.on(stand);
      try {
        return await work(stand, stock);
      } finally {
        await stock.close();
      }
    },
    environment,
  );
}

export function besideTemporal(id: string, metric: string, { ours, theirs }: InTurns): BenchResult {
  const temporal = { ...measured(theirs), mode: 'stock worker, same server, in turns' };
  return withFigure({ id, metric, ours: measured(ours) }, 'temporal', temporal);
}
