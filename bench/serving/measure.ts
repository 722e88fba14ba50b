import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type BenchResult, measured } from '../report.js';
import { ENDPOINT, publishEndpoint, row } from './endpoint.js';

const CONNECTIONS = 8;
const BODIES = 64;
const WARM_UP_MS = 3_000;
const MS_PER_SECOND = 1_000;

interface Turn {
  readonly requestsPerSecond: number;
  readonly cpuMsPerRequest: number;
}

/**
 * Throughput of one model server with the prediction log and of one without, by turns: 8 connections that ask for `rows` rows at a time.
 * `dropped` counts the rows that the log had no room for.
 */
export async function measureServing(options: {
  readonly rows: number;
  readonly seconds: number;
  readonly repeats: number;
}): Promise<readonly BenchResult[]> {
  const { rows, seconds, repeats } = options;
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  await publishEndpoint(folder);
  const servers = { on: await startServer(folder, 'on'), off: await startServer(folder, 'off') };
  try {
    const bodies = Array.from({ length: BODIES }, (_, n) =>
      Buffer.from(JSON.stringify({ instances: Array.from({ length: rows }, (_row, m) => row(n * rows + m)) })),
    );
    const turns: Record<keyof typeof servers, Turn[]> = { on: [], off: [] };
    for (const server of Object.values(servers)) await load(server, bodies, WARM_UP_MS);
    for (let turn = 0; turn < repeats; turn += 1) {
      for (const kind of turn % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
        turns[kind].push(await load(servers[kind], bodies, seconds * MS_PER_SECOND));
      }
    }
    const dropped = await droppedRows(servers.on.url);
    const id = (log: string): string => `serve-${rows}-rows-${log}`;
    const figure = (log: string, metric: keyof Turn, of: readonly Turn[]): BenchResult => ({
      id: id(log),
      metric,
      ours: measured(of.map((turn) => turn[metric])),
    });
    const ratios = (metric: keyof Turn): BenchResult => ({
      id: id('log'),
      metric: `${metric}, with the log to without`,
      ours: measured(turns.on.map((turn, index) => turn[metric] / (turns.off[index]?.[metric] ?? Number.NaN))),
    });
    return [
      ...(['requestsPerSecond', 'cpuMsPerRequest'] as const).flatMap((metric) => [
        figure('log', metric, turns.on),
        figure('no-log', metric, turns.off),
        ratios(metric),
      ]),
      { id: id('log'), metric: 'droppedRows', ours: measured([dropped]) },
    ];
  } finally {
    for (const { child } of Object.values(servers)) {
      child.send('stop');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startServer(store: string, log: 'on' | 'off'): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [store, log], { execArgv: ['--import', 'tsx'] });
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return { child, url: message.url };
}

async function cpuMs({ child }: Server): Promise<number> {
  child.send('cpu');
  const [message] = (await once(child, 'message')) as [{ cpuMs: number }];
  return message.cpuMs;
}

async function load(server: Server, bodies: readonly Buffer[], forMs: number): Promise<Turn> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const before = await cpuMs(server);
  const startedAt = performance.now();
  let requests = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - startedAt < forMs)
      await ask(server.url, agent, bodies[requests++ % bodies.length] ?? Buffer.alloc(0));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, caller));
  const tookMs = performance.now() - startedAt;
  const used = (await cpuMs(server)) - before;
  agent.destroy();
  return { requestsPerSecond: (requests / tookMs) * MS_PER_SECOND, cpuMsPerRequest: used / requests };
}

function ask(url: string, agent: http.Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const request = http.request(`${url}/v1/models/${ENDPOINT}:predict`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the server answered ${response.statusCode ?? 'nothing'}`));
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}

async function droppedRows(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^perennial_log_dropped_total (\d+)/m.exec(text)?.[1] ?? 0);
}
