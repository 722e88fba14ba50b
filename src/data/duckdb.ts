import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { engineError } from './engine-error.js';

export type SqlValue = string | number | boolean | null;
export type SqlRow = { readonly [column: string]: SqlValue };

export interface DuckDbOptions {
  /** Folder of this attempt; the engine spills there when memory runs short. */
  readonly scratch: string;
  /** Aborting it interrupts the running query, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default 2. Results do not depend on it, except for sums of fractions (see `exactOrder`). */
  readonly threads?: number;
  /** Default 1024. */
  readonly memoryMiB?: number;
}

/** An in-memory DuckDB of one step: UTC, no extension is loaded from the network, errors carry codes. */
export interface DuckDb {
  /** For readers that need the connection itself; their queries are interrupted and their errors coded as those of `run`. */
  use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
  run(sql: string): Promise<void>;
  /** Small results only. Integers come as numbers; convert timestamps to text or milliseconds in SQL. */
  query(sql: string): Promise<readonly SqlRow[]>;
  /** Runs `work` without the search for common parts of expressions, which takes the square of their number: for statements over all columns. A result that is read in parts must be read within `work`: any other statement ends it. */
  overAllColumns<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Runs `work` on one thread, so that floating-point sums add up in row order and equal input gives equal bits. */
  exactOrder<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): void;
}

/** Opens the engine. Errors of its queries: DATA_QUERY_FAILED, DATA_SCRATCH_FULL, DATA_MEMORY_EXCEEDED. */
export async function openDuckDb({ scratch, signal, threads = 2, memoryMiB = 1024 }: DuckDbOptions): Promise<DuckDb> {
  signal?.throwIfAborted();
  // Not above: workers that never read data need not load the engine.
  const [{ DuckDBInstance }, { readTextsWhole }] = await Promise.all([import('@duckdb/node-api'), import('./whole-texts.js')]);
  readTextsWhole();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${String(memoryMiB)}MiB`,
    temp_directory: join(scratch, 'duckdb'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // It tells files apart by their times in whole seconds: another file in a place that it knows would be read as the old one.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  const interrupt = (): void => {
    connection.interrupt();
  };
  signal?.addEventListener('abort', interrupt);

  const guarded = async <Result>(sql: string, execute: () => Promise<Result>): Promise<Result> => {
    signal?.throwIfAborted();
    try {
      return await execute();
    } catch (error) {
      signal?.throwIfAborted();
      throw engineError(error, sql);
    }
  };
  const run = (sql: string): Promise<void> =>
    guarded(sql, async () => {
      await connection.run(sql);
    });

  await run("SET TimeZone = 'UTC'");
  return {
    use: (work) => guarded('', () => work(connection)),
    run,
    query: (sql) =>
      guarded(sql, async () => {
        const result = await connection.run(sql);
        return (await result.getRowObjects()).map(plainRow);
      }),
    overAllColumns: async (work) => {
      await run("SET disabled_optimizers = 'common_subexpressions'");
      try {
        return await work();
      } finally {
        await connection.run("SET disabled_optimizers = ''");
      }
    },
    exactOrder: async (work) => {
      await run('SET threads = 1');
      try {
        return await work();
      } finally {
        await connection.run(`SET threads = ${String(threads)}`);
      }
    },
    close: () => {
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Runs `work` with an engine that is closed afterwards, whatever happens. */
export async function withDuckDb<Result>(options: DuckDbOptions, work: (db: DuckDb) => Promise<Result>): Promise<Result> {
  const db = await openDuckDb(options);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

function plainRow(row: Record<string, unknown>): SqlRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(name, value)]));
}

function plainValue(name: string, value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  throw new TypeError(`column ${name} of a query has no plain JSON form; cast it in SQL`);
}
