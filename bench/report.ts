import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { median } from '../dist/src/metrics/quantiles.js';

/** A figure over its repetitions. */
export type Measured = { readonly median: number; readonly min: number; readonly max: number; readonly n: number };

/** One figure of a benchmark; `peers` and `ratio` (ours divided by the median of the peer that was measured last) when peers ran in the same call. */
export type BenchResult = {
  readonly id: string;
  readonly metric: string;
  readonly ours: Measured;
  readonly peers?: { readonly [peer: string]: Measured & { readonly mode: string } };
  readonly ratio?: number;
};

export type BenchReport = {
  readonly name: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
    readonly node: string;
    readonly loadBefore: number;
    readonly date: string;
  };
  readonly results: readonly BenchResult[];
};

const SIGNIFICANT_DIGITS = 4;

export function measured(values: readonly number[]): Measured {
  const sorted = [...values].sort((left, right) => left - right);
  const round = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return {
    median: round(sorted.length === 0 ? Number.NaN : median(sorted)),
    min: round(sorted[0] ?? Number.NaN),
    max: round(sorted.at(-1) ?? Number.NaN),
    n: sorted.length,
  };
}

/** The result with a peer's figure beside it. */
export function withFigure(result: BenchResult, peer: string, figure: Measured & { readonly mode: string }): BenchResult {
  const ratio = Number((result.ours.median / figure.median).toPrecision(3));
  return { ...result, peers: { ...result.peers, [peer]: figure }, ratio };
}

export function machine(): BenchReport['machine'] {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    loadBefore: Number((os.loadavg()[0] ?? 0).toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Prints the report as JSON, or, given a file, writes it there and prints a table. */
export function publish(report: BenchReport, file: string | undefined): void {
  if (file === undefined) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  for (const { id, metric, ours, peers, ratio } of report.results) {
    const others = Object.entries(peers ?? {}).map(([peer, { median, mode }]) => `${peer} ${median} (${mode})`);
    const spread = `${ours.median} [${ours.min}, ${ours.max}] n=${ours.n}`;
    console.log([id, metric, spread, ...others, ...(ratio === undefined ? [] : [`ratio ${ratio}`])].join('  '));
  }
  console.log(`Written to ${file}.`);
}
