import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type BenchResult, type Measured, measured, withFigure } from '../report.js';

const FOLDER = path.join('bench', 'peers');

/** A row that the scripts of `bench/peers` write. */
export type PeerRow = {
  readonly workload: string;
  readonly mode: string;
  readonly metric: string;
  readonly values: readonly number[];
};

/**
 * Which rows of a peer answer one of our metrics, and how their unit becomes ours. Chains: only modes that keep each result before the next
 * step starts. The peers' run that is killed has one step of 20 s, killed after 5 s, and the worker stays away for 5 s: 20 s are the ideal.
 */
const COUNTERPARTS: readonly {
  readonly metric: string;
  readonly row: RegExp;
  readonly mode?: RegExp;
  readonly scale: (value: number) => number;
  readonly better: 'less' | 'more';
}[] = [
  { metric: 'triggerToFirstStepMs', row: /^trigger -> first step body$/, scale: (seconds) => seconds * 1000, better: 'less' },
  {
    metric: 'msPerStep',
    row: /^chain 100: (flow call|trigger -> success|launch -> success)$/,
    mode: /^(?!.*no result kept)/,
    scale: (seconds) => seconds * 10,
    better: 'less',
  },
  { metric: 'stepsPerSecond1000', row: /^steps\/s$/, scale: (rate) => rate, better: 'more' },
  { metric: 'secondsBeyondIdeal', row: /^finished without manual action/, scale: (seconds) => seconds - 20, better: 'less' },
];

const SECTIONS: { readonly [peer: string]: readonly string[] } = {
  prefect: ['w1', 'w2', 'w3', 'w5'],
  airflow: ['w1', 'w2', 'w3', 'w5'],
  dagster: ['w1', 'w2', 'w3', 'w5'],
};

export const PEERS = Object.keys(SECTIONS);

/**
 * Runs the scripts of a peer that `bench/peers/setup.sh` has installed, and puts its best mode beside each of our figures. Scripts that end
 * early leave the figures that they had, and this process the exit code 1.
 */
export function withPeer(results: readonly BenchResult[], peer: string, only: readonly string[]): BenchResult[] {
  const home = process.env['PEERS_HOME'] ?? path.resolve('.perennial', 'peers');
  if (!existsSync(path.join(home, peer, 'bin'))) {
    throw new Error(`${peer} is not installed in ${home}; install it: PEERS_HOME=${home} bench/peers/setup.sh ${peer}`);
  }
  const sections = (SECTIONS[peer] ?? []).filter((section) => only.length === 0 || only.includes(section.toUpperCase()));
  const rows = runScripts(home, peer, sections);
  return results.map((result) => {
    const found = bestOf(result, rows);
    return found === null ? result : withFigure(result, peer, found);
  });
}

function runScripts(home: string, peer: string, sections: readonly string[]): readonly PeerRow[] {
  if (sections.length === 0) return [];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perennial-peers-'));
  const file = path.join(folder, 'results.json');
  try {
    const { status } = spawnSync('python3', [path.join(FOLDER, `${peer}_bench.py`), ...sections], {
      env: { ...process.env, PEERS_HOME: home, PEERS_RESULTS: file },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) {
      // What was measured until then, of ours as of the peer, took an hour perhaps.
      console.error(`the measurement of ${peer} ended with ${String(status)}; the figures until then are kept`);
      process.exitCode = 1;
      if (!existsSync(file)) return [];
    }
    return JSON.parse(readFileSync(file, 'utf8')) as PeerRow[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The mode in which the peer did best. A workload that it never finished by itself has no values and no figure. */
export function bestOf(
  { id, metric }: Pick<BenchResult, 'id' | 'metric'>,
  rows: readonly PeerRow[],
): (Measured & { readonly mode: string }) | null {
  const counterpart = COUNTERPARTS.find((candidate) => candidate.metric === metric);
  if (counterpart === undefined) return null;
  const { row: named, mode = /^/, scale, better } = counterpart;
  const modes = rows
    .filter((row) => row.workload === id && named.test(row.metric) && mode.test(row.mode) && row.values.length > 0)
    .map((row) => ({ ...measured(row.values.map(scale)), mode: row.mode }));
  const sign = better === 'less' ? 1 : -1;
  return modes.sort((left, right) => sign * (left.median - right.median))[0] ?? null;
}
