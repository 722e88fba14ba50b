import { Command, Option } from 'commander';
import { PEERS, withPeer } from './orchestration/peers.js';
import { WORKLOADS } from './orchestration/index.js';
import { removeFolders } from './orchestration/stand.js';
import { watched } from './processes.js';
import { type BenchResult, machine, measured, publish } from './report.js';
import { measureLoop, POLICIES } from './loop/index.js';
import { measureServing } from './serving/measure.js';
import { measureTraining } from './train/measure.js';

const DEFAULT_REPEATS = 5;

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`expected a whole number >= 1, got ${text}`);
  return value;
};

/** The figures of a workload, and what server, worker and client took for all of it, warm-up included. */
async function withUse(id: string, repeats: number): Promise<readonly BenchResult[]> {
  const { value, cpuSeconds, peakRssMiB } = await watched([process.pid], async () => (await WORKLOADS[id]?.(repeats)) ?? []);
  return [
    ...value,
    { id, metric: 'cpuSeconds', ours: measured([cpuSeconds]) },
    { id, metric: 'peakRssMiB', ours: measured([peakRssMiB]) },
  ];
}

const program = new Command('npm run bench --').description('measure, and print the figures as JSON');
program
  .command('orchestration')
  .description('workloads W1-W7: trigger, chain, fan-out, payload, crash, cache, waiting')
  .option('--json <file>', 'write the report there and print a table')
  .option('--only <ids...>', `only these workloads of ${Object.keys(WORKLOADS).join(', ')}`, [])
  .option('--repeats <count>', 'repetitions of each figure', wholeNumber, DEFAULT_REPEATS)
  .addOption(new Option('--peers [names...]', 'measure these too, after ours, one at a time').choices(PEERS).preset('prefect'))
  .action(async (flags: { json?: string; only: string[]; repeats: number; peers?: string | string[] }) => {
    const unknown = flags.only.filter((id) => !(id in WORKLOADS));
    if (unknown.length > 0)
      throw new Error(`unknown workloads ${unknown.join(', ')}; there are ${Object.keys(WORKLOADS).join(', ')}`);
    const here = machine();
    const chosen = Object.keys(WORKLOADS).filter((id) => flags.only.length === 0 || flags.only.includes(id));
    let results: readonly BenchResult[] = [];
    for (const id of chosen) {
      console.error(`${new Date().toISOString().slice(11, 19)} ${id}`);
      results = [...results, ...(await withUse(id, flags.repeats))];
    }
    for (const peer of [flags.peers ?? []].flat()) {
      console.error(`${new Date().toISOString().slice(11, 19)} ${peer}`);
      results = withPeer(results, peer, flags.only);
    }
    publish({ name: 'orchestration', machine: here, results }, flags.json);
  });
program
  .command('train')
  .description('the built-in gradient boosting on synthetic rows')
  .option('--json <file>', 'write the report there and print a table')
  .option('--rows <count>', 'rows of 28 features', wholeNumber, 500_000)
  .option('--threads <count>', 'worker threads', wholeNumber, 2)
  .option('--repeats <count>', 'repetitions', wholeNumber, 3)
  .action(async (flags: { json?: string; rows: number; threads: number; repeats: number }) => {
    const here = machine();
    publish({ name: 'train', machine: here, results: await measureTraining(flags) }, flags.json);
  });
program
  .command('serve')
  .description('the model server with its prediction log and without, in turns')
  .option('--json <file>', 'write the report there and print a table')
  .option('--rows <count>', 'rows of a request', wholeNumber, 32)
  .option('--seconds <count>', 'length of a turn', wholeNumber, 4)
  .option('--repeats <count>', 'turns of each', wholeNumber, DEFAULT_REPEATS)
  .action(async (flags: { json?: string; rows: number; seconds: number; repeats: number }) => {
    const here = machine();
    publish({ name: 'serve', machine: here, results: await measureServing(flags) }, flags.json);
  });
program
  .command('loop')
  .description('what ways of retraining would have served from February to June of three million flights')
  .option('--json <file>', 'write the report there and print a table')
  .option('--only <ids...>', `only these policies of ${POLICIES.map(({ id }) => id).join(', ')}`, [])
  .option('--every <weeks>', 'weeks between two retrains', wholeNumber, 3)
  .option('--rows <count>', 'rows of each week that are measured; default all', wholeNumber)
  .action(async (flags: { json?: string; only: string[]; every: number; rows?: number }) => {
    const here = machine();
    const results = await measureLoop({ only: flags.only, every: flags.every, rows: flags.rows ?? null });
    publish({ name: 'loop', machine: here, results }, flags.json);
  });
try {
  await program.parseAsync();
} finally {
  await removeFolders();
}
