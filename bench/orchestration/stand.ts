import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { connectClient } from 'perennial-ml/client';
import type { PipelineClient } from 'perennial-ml/client';
import { type Body, readBodies } from './bodies.js';

const CLI = 'dist/src/cli/main.js';
const BARE_WORKER = path.join('bench', 'orchestration', 'bare', 'worker.ts');
const PIPELINES = path.join('bench', 'orchestration', 'pipelines');

type Started = { readonly child: ChildProcess; readonly ready: Record<string, unknown>; readonly output: () => string };

const folders: string[] = [];

/** Of all stands, once all is measured: to delete thousands of files slows down whoever makes new ones just after. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** A dev server with a fresh database, a fresh store, and on request a worker: everything that one workload needs, as users run it. */
export class Stand {
  readonly folder: string;
  readonly address: string;
  readonly client: PipelineClient;
  readonly #server: Started;
  #worker: Started | null = null;
  #stock: Started | null = null;

  private constructor(folder: string, server: Started, address: string, client: PipelineClient) {
    this.folder = folder;
    this.#server = server;
    this.address = address;
    this.client = client;
  }

  static async open(): Promise<Stand> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'perennial-bench-'));
    folders.push(folder);
    await writeFile(path.join(folder, 'bodies.log'), '');
    const db = path.join(folder, 'temporal.db');
    const server = await start([CLI, 'dev', '--no-restart', '--json', '--port', '0', '--headless', '--db', db], {});
    const { address } = server.ready['temporal'] as { readonly address: string };
    return new Stand(folder, server, address, await connectClient({ address }));
  }

  get store(): string {
    return path.join(this.folder, 'store');
  }

  /** Process ids of server and worker. */
  get pids(): readonly number[] {
    return [this.#server, this.#worker].flatMap((started) => (started?.child.pid === undefined ? [] : [started.child.pid]));
  }

  get workerPid(): number {
    const pid = this.#worker?.child.pid;
    if (pid === undefined) throw new Error('the stand has no worker');
    return pid;
  }

  /** Starts a worker for a file of `pipelines/`. */
  async work(file: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
    // The process that works is the one that is watched and killed.
    const words = [CLI, 'worker', '--no-restart', '--json', path.join(PIPELINES, file)];
    this.#worker = await this.#start([...words, '--address', this.address, '--store', this.store], environment);
  }

  /** Starts a stock Temporal worker beside ours. */
  async workStock(): Promise<void> {
    this.#stock = await this.#start(['--import', 'tsx', BARE_WORKER, this.address], {});
  }

  async killWorker(): Promise<void> {
    await end(this.#worker, 'SIGKILL');
    this.#worker = null;
  }

  async stopWorker(): Promise<void> {
    await end(this.#worker, 'SIGTERM');
    this.#worker = null;
  }

  bodies(): readonly Body[] {
    return readBodies(this.#bodiesFile);
  }

  async clearBodies(): Promise<void> {
    await truncate(this.#bodiesFile);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.stopWorker();
    await end(this.#stock, 'SIGTERM');
    await end(this.#server, 'SIGTERM');
  }

  async #start(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Started> {
    try {
      return await start(words, { BENCH_BODIES: this.#bodiesFile, ...environment });
    } catch (error) {
      throw new Error(`a worker did not start; its server said:\n${this.#server.output()}`, { cause: error });
    }
  }

  get #bodiesFile(): string {
    return path.join(this.folder, 'bodies.log');
  }
}

/** Opens a stand with a worker, does the work, and closes it whatever happens. */
export async function onStand<T>(
  file: string,
  work: (stand: Stand) => Promise<T>,
  environment: NodeJS.ProcessEnv = {},
): Promise<T> {
  const stand = await Stand.open();
  try {
    await stand.work(file, environment);
    return await work(stand);
  } finally {
    await stand.close();
  }
}

/** Starts a program of Node and waits for the line that says that it is ready. */
async function start(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Started> {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const read = (chunk: string): void => {
      text = (text + chunk).slice(-20_000);
      const line = text.split('\n').find((candidate) => candidate.startsWith('{"ready"') && candidate.endsWith('}'));
      if (line !== undefined) resolve(JSON.parse(line) as Record<string, unknown>);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-20_000);
    });
    child.once('exit', (code) => {
      reject(new Error(`node ${words.join(' ')} ended with ${String(code)}:\n${text}`));
    });
  });
  return { child, ready, output: () => text };
}

async function end(started: Started | null, signal: NodeJS.Signals): Promise<void> {
  const child = started?.child;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
