import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { PipelineError } from '../../errors/pipeline-error.js';
import { endWithUs } from './end-with-us.js';
import { findTemporalBinary } from './find-binary.js';
import { freePort, isPortFree } from './free-port.js';
import { LogExcerpt } from './log-excerpt.js';
import { ensureSearchAttributes, searchAttributeFlags } from '../search-attributes.js';

export interface DevServerOptions {
  /** SQLite file that keeps runs over restarts; without it they live in memory. */
  readonly dbFile?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** 0 or absent: a free one; null: no web UI. */
  readonly uiPort?: number | null;
  /** Created when absent. Default `default`. */
  readonly namespace?: string;
  /** The server's own log, appended. */
  readonly logFile?: string;
  readonly onProgress?: (line: string) => void;
}

export interface DevServer {
  /** `host:port` of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** The first and the last lines of the server's log, and those that say why it ended. */
  logExcerpt(): readonly string[];
  /** Ends the process and waits for its end. Safe to repeat. */
  stop(): Promise<void>;
}

const HEALTHY_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 5_000;
const PROGRESS_EVERY_MS = 2_000;
const TRIES_ON_FREE_PORTS = 3;
/** The services of a server start side by side: one that finds its port taken ends them all, perhaps just after the others have answered. */
const SETTLE_MS = 100;
const GRPC_NOT_FOUND = 5;

const DYNAMIC_CONFIG = [
  // What `TestWorkflowEnvironment` sets.
  'frontend.enableServerVersionCheck=false',
  'frontend.enableUpdateWorkflowExecution=true',
  'frontend.enableUpdateWorkflowExecutionAsyncAccepted=true',
  // Lifts the limit of 20 sequential steps a second (decision 9 of the design).
  'history.transferProcessorMaxPollRPS=10000',
  // Each load of tasks walks through all that were done since the last acknowledgement: in a fan-out, a tenth of the server's time at the usual 30 s.
  'history.transferProcessorUpdateAckInterval="1s"',
  // Teams take turns in a queue.
  'matching.enableFairness=true',
  // One partition of a queue: priorities hold within a partition, and one machine has no use for four.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/**
 * Starts `temporal server start-dev` with our settings and search attributes, and waits until its namespace answers.
 * The server ends with this process, however that ends.
 * @throws PipelineError `TEMPORAL_BINARY_MISSING`, `TEMPORAL_PORT_IN_USE`, `TEMPORAL_SERVER_FAILED` (with what its log says).
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const binary = await findTemporalBinary(options.onProgress === undefined ? {} : { onProgress: options.onProgress });
  for (const port of [options.port, options.uiPort]) {
    if (port !== undefined && port !== null && port !== 0 && !(await isPortFree(port))) throw portInUse(port);
  }
  for (const file of [options.dbFile, options.logFile]) {
    if (file !== undefined) await fs.mkdir(path.dirname(path.resolve(file)), { recursive: true });
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(binary.path, options);
    } catch (error) {
      // Between finding a port free and using it another program may take it; ports that we chose ourselves can be chosen again.
      const lostRace = error instanceof PipelineError && error.code === 'TEMPORAL_PORT_IN_USE';
      if (!lostRace || attempt === TRIES_ON_FREE_PORTS) throw error;
    }
  }
}

async function startOnce(binary: string, options: DevServerOptions): Promise<DevServer> {
  const port = chosen(options.port) ?? (await freePort());
  const uiPort = options.uiPort === null ? null : (chosen(options.uiPort) ?? (await freePort()));
  const namespace = options.namespace ?? 'default';
  const address = `127.0.0.1:${port}`;
  options.onProgress?.(`starting a Temporal dev server at ${address}`);
  const child = spawn(binary, serverArguments(options, port, uiPort, namespace), {
    env: serverEnvironment(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const log = collectLog(child, options.logFile);
  let ended = false;
  const hasEnded = (): boolean => ended;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', (error) => {
      log.add(error.message);
      end();
    });
  });
  endWithUs(child);
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill('SIGTERM');
    const late = new AbortController();
    await Promise.race([exited, sleep(STOP_LIMIT_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (!hasEnded()) child.kill('SIGKILL');
    await exited;
  };
  try {
    await untilHealthy(port, namespace, hasEnded, options.onProgress);
  } catch (error) {
    const died = hasEnded();
    await stop();
    throw startFailure(error, died, log.lines(), address, port);
  }
  const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`;
  return { address, namespace, uiUrl, pid: child.pid ?? 0, exited, logExcerpt: () => log.lines(), stop };
}

/** The server allocates much and keeps little: its garbage collector takes a third of its usual time when it waits until there is four times as much garbage as live memory. */
export const serverEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ GOGC: '400', ...environment });

function serverArguments(options: DevServerOptions, port: number, uiPort: number | null, namespace: string): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
    ...['--log-level', 'warn', '--log-format', 'pretty'],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(options.dbFile === undefined ? [] : ['--db-filename', path.resolve(options.dbFile)]),
    ...['journal_mode=WAL', 'synchronous=OFF'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...DYNAMIC_CONFIG.flatMap((entry) => ['--dynamic-config-value', entry]),
    ...searchAttributeFlags().flatMap((entry) => ['--search-attribute', entry]),
  ];
}

function collectLog(child: ChildProcess, logFile: string | undefined): LogExcerpt {
  const excerpt = new LogExcerpt();
  const file = logFile === undefined ? null : createWriteStream(logFile, { flags: 'a' });
  file?.on('error', (error) => {
    excerpt.add(`the log file cannot be written: ${error.message}`);
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    stream.on('data', (chunk: Buffer) => file?.write(chunk));
    createInterface({ input: stream }).on('line', (line) => {
      excerpt.add(line);
    });
  }
  child.once('close', () => file?.end());
  return excerpt;
}

async function untilHealthy(
  port: number,
  namespace: string,
  hasEnded: () => boolean,
  onProgress?: (line: string) => void,
): Promise<void> {
  const address = `127.0.0.1:${port}`;
  const startedAt = Date.now();
  let shownAt = startedAt;
  let last: unknown = new Error('it has not answered yet');
  while (!hasEnded() && Date.now() - startedAt < HEALTHY_LIMIT_MS) {
    try {
      // gRPC waits a second after a refused connection, a plain socket does not.
      if (!(await isPortFree(port))) {
        await checkNamespace(address, namespace);
        await sleep(SETTLE_MS);
        if (!hasEnded()) return;
      }
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      last = error;
    }
    await sleep(50);
    if (Date.now() - shownAt > PROGRESS_EVERY_MS) {
      shownAt = Date.now();
      onProgress?.(`waiting for the Temporal server at ${address}, ${Math.round((shownAt - startedAt) / 1000)} s`);
    }
  }
  throw last;
}

async function checkNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: PROGRESS_EVERY_MS });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await checkServices(connection, namespace);
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

/** Behind the front end: the services that keep histories and that hand out tasks. */
async function checkServices({ workflowService }: Connection, namespace: string): Promise<void> {
  await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'perennial-health' } });
  try {
    await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: 'perennial-health' } });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== GRPC_NOT_FOUND) throw error;
  }
}

function startFailure(error: unknown, died: boolean, lines: readonly string[], address: string, port: number): PipelineError {
  if (error instanceof PipelineError) return error;
  const log = lines.join('\n');
  if (died && /address already in use|can't set (up )?port|port .* in use/i.test(log)) return portInUse(port, log);
  return new PipelineError('TEMPORAL_SERVER_FAILED', {
    what: died
      ? 'the Temporal dev server ended while starting'
      : `the Temporal dev server was not healthy after ${HEALTHY_LIMIT_MS / 1000} s`,
    where: `${address}; its log:\n${log === '' ? '(empty)' : log}\n`,
    cause: error,
  });
}

const portInUse = (port: number, log?: string): PipelineError =>
  new PipelineError('TEMPORAL_PORT_IN_USE', {
    what: `port ${port} is in use${log === undefined ? '' : ` (${log})`}`,
    cure: `Find its program with \`lsof -i :${port}\` and stop it, or choose another port (0 takes a free one).`,
    details: { port },
  });

const chosen = (port: number | null | undefined): number | undefined =>
  port === undefined || port === null || port === 0 ? undefined : port;
