import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { connect, connectionOptions, type ConnectionSettings } from '../temporal/connection.js';
import { connectNative } from '../temporal/native-connection.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { outliveSteps } from './isolation/background-errors.js';
import { type LostSteps, lostInWords } from './journal/lost-steps.js';
import { reportLostAttempts } from './journal/report-lost.js';
import { reasonOf } from '../errors/describe-thrown.js';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;

/** Where the server is, or an open connection that the caller closes. */
export type WorkerConnection = ConnectionSettings & { readonly connection?: NativeConnection };

/** State that the sessions of a worker share. */
type Belongings = {
  /** What died with a worker before is put in here, before any of it can come again. */
  readonly lost: LostSteps;
  /** Closed after the worker has shut down. */
  readonly closables: readonly Closable[];
};

/** A worker that runs until it is told to stop. */
export interface PipelineWorker {
  /** Resolves when the worker has shut down. A lost server does not end it: it goes on when the server is back. */
  run(): Promise<void>;
  /** Takes no new work, aborts the running steps after the grace time, then `run` resolves. Safe to repeat. */
  shutdown(): void;
}

type Closable = { close(): Promise<void> };

/** The Temporal workers of one process, one for each task queue, over one connection. */
type Session = { readonly workers: readonly Worker[]; close(): Promise<void> };

/** Workers of these settings that start again, with growing pauses, whenever they end without having been asked to. */
export async function startLastingWorker(
  options: WorkerConnection,
  settings: readonly WorkerOptions[],
  belongings: Belongings,
): Promise<PipelineWorker> {
  return new LastingWorker(options, settings, belongings, await startSession(options, settings, belongings));
}

async function startSession(
  options: WorkerConnection,
  settings: readonly WorkerOptions[],
  { lost }: Belongings,
): Promise<Session> {
  const { connection } = options;
  if (connection !== undefined) {
    await takeUpLost(connection, options, lost);
    const workers = await createWorkers(settings, connection);
    return { workers, close: () => Promise.resolve() };
  }
  await prepareNamespace(options, settings[0]?.namespace ?? 'default');
  const own = await connectNative(options);
  try {
    await takeUpLost(own, options, lost);
    const workers = await createWorkers(settings, own);
    return { workers, close: () => own.close() };
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function takeUpLost({ workflowService }: NativeConnection, options: WorkerConnection, lost: LostSteps): Promise<void> {
  const attempts = await reportLostAttempts(workflowService, connectionOptions(options));
  if (attempts.length === 0) return;
  lost.add(attempts);
  process.emitWarning(`a worker ended that had under way: ${lostInWords(attempts)}; the server gives it out again`);
}

function createWorkers(settings: readonly WorkerOptions[], connection: NativeConnection): Promise<Worker[]> {
  return Promise.all(settings.map((each) => Worker.create({ ...each, connection })));
}

/** A run that writes search attributes which the namespace lacks would never get past its first task. */
async function prepareNamespace(options: WorkerConnection, namespace: string): Promise<void> {
  const connection = await connect(options);
  try {
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

/** Until all have ended; when one fails the others are shut down first. */
async function runTogether(workers: readonly Worker[]): Promise<void> {
  const runs = workers.map((worker) =>
    worker.run().catch((error: unknown) => {
      shutDown(workers);
      throw error;
    }),
  );
  const ends = await Promise.allSettled(runs);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function shutDown(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

class LastingWorker implements PipelineWorker {
  readonly #options: WorkerConnection;
  readonly #settings: readonly WorkerOptions[];
  readonly #belongings: Belongings;
  readonly #stopping = new AbortController();
  #session: Session;

  constructor(options: WorkerConnection, settings: readonly WorkerOptions[], belongings: Belongings, session: Session) {
    this.#options = options;
    this.#belongings = belongings;
    this.#settings = settings;
    this.#session = session;
  }

  async run(): Promise<void> {
    const putBack = outliveSteps((message) => {
      process.emitWarning(message);
    });
    try {
      await this.#runOn();
      for (const each of this.#belongings.closables) await each.close();
    } finally {
      putBack();
    }
  }

  async #runOn(): Promise<void> {
    for (;;) {
      try {
        if (!this.#stopping.signal.aborted) await runTogether(this.#session.workers);
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) throw error;
        process.emitWarning(`the Temporal worker stopped and is started again: ${reasonOf(error)}`);
      } finally {
        await this.#session.close();
      }
      const session = await this.#restart();
      if (session === null) return;
      this.#session = session;
    }
  }

  shutdown(): void {
    this.#stopping.abort();
    shutDown(this.#session.workers);
  }

  /** Null when the worker was shut down meanwhile. */
  async #restart(): Promise<Session | null> {
    const { signal } = this.#stopping;
    for (let pauseMs = FIRST_BACKOFF_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_BACKOFF_MS)) {
      const waited = await sleep(pauseMs, true, { signal }).catch(() => false);
      if (!waited) return null;
      try {
        return await startSession(this.#options, this.#settings, this.#belongings);
      } catch (error) {
        process.emitWarning(`the Temporal server is not back yet: ${reasonOf(error)}`);
      }
    }
  }
}
