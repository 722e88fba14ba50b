import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { Backfills } from '../../../client/backfills.js';
import type { BackfillSpec, BackfillStatus } from '../../../contracts/entities/backfill.js';
import { answered } from '../../answered.js';
import type { BackfillWords } from '../../backfill-spec.js';
import { EXIT } from '../../exit-codes.js';
import { loadPipeline } from '../../load/load-pipeline.js';
import { connectionSettings, decidedBy, examples, withConnection, withJson, withTaskQueue } from '../../options/options.js';
import type { ConnectionFlags, JsonFlag, QueueFlags } from '../../options/options.js';
import { countsLine, partitionTable } from '../../render/render-backfill.js';
import type { Terminal } from '../../terminal.js';
import { parseWholeNumber } from '../../options/value-options.js';
import { withTarget } from '../../options/with-target.js';
import { parametersOf, withParameters } from '../../options/with-parameters.js';
import type { ParameterFlags } from '../../options/with-parameters.js';

interface BackfillFlags extends ConnectionFlags, JsonFlag, QueueFlags, BackfillWords, ParameterFlags {
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly pause?: boolean;
  readonly cancel?: boolean;
  readonly report?: boolean;
  readonly detach?: boolean;
}

const LOOK_MS = 1_000;

/** `perennial backfill FILE --from T --to T`: one run for each partition of a range. */
export function backfillCommand(terminal: Terminal): Command {
  return withParameters(withJson(withTaskQueue(withConnection(new Command('backfill')))))
    .description('run a pipeline once for each partition of a range; a partition that has succeeded does not run again')
    .argument('<file>', 'pipeline file')
    .requiredOption('--from <time>', 'beginning of the range: an ISO date or date-time')
    .requiredOption('--to <time>', 'end of the range, not part of it')
    .option('--every <length>', "length of a partition: '6 hours', '1 day', '1 month'", '1 day')
    .option('--schedule <name>', 'one run for each time of this schedule of the file instead, with its parameters')
    .option('--timezone <name>', 'where days and months begin (default: that of the schedule, or UTC)')
    .option('--param-from <name>', 'parameter that gets the beginning of a partition (default: from, or the only date)')
    .option('--param-to <name>', 'parameter that gets its end (default: to, when there is one)')
    .option('--concurrency <count>', 'runs at once', parseWholeNumber, 4)
    .addOption(new Option('--order <which>', 'which partitions come first').choices(['oldest', 'newest']).default('oldest'))
    .addOption(
      new Option('--rerun <which>', 'failed: what has not succeeded; all: everything again')
        .choices(['failed', 'all'])
        .default('failed'),
    )
    .option('--name <name>', 'name of the back-fill (default: made of the range)')
    .option('--dry-run', 'list the partitions and what has run of them, and stop')
    .option('--detach', 'do not stay with it')
    .option('--report', 'show what became of each partition, and stop')
    .option('--pause', 'start no more partitions')
    .option('--resume', 'let a paused one go on, or stay with one that is under way')
    .option('--cancel', 'stop it and its runs')
    .addOption(decidedBy())
    .addHelpText(
      'after',
      examples(
        'perennial backfill pipeline.ts --from 2001-01-01 --to 2001-02-01 --dry-run',
        "perennial backfill pipeline.ts --from 2001-01-01 --to 2002-01-01 --every '1 month' --concurrency 2",
        'perennial backfill pipeline.ts --from 2001-01-01 --to 2001-02-01 --schedule nightly --order newest',
        'perennial backfill pipeline.ts --from 2001-01-01 --to 2001-02-01 --pause',
      ),
    )
    .action(async (file: string, flags: BackfillFlags, command: Command) => {
      const pipeline = await loadPipeline(file);
      const { backfillSpec } = await import('../../backfill-spec.js');
      const spec = backfillSpec(pipeline, flags, await parametersOf(command, pipeline, terminal.env));
      await withTarget(flags, async ({ connection, namespace, taskQueue }) => {
        const { createBackfills } = await import('../../../client/backfills.js');
        const backfills = createBackfills(connection, namespace, taskQueue);
        if (flags.dryRun === true || flags.report === true) await report(backfills, spec, flags, terminal);
        else if (flags.pause === true || flags.cancel === true) await steer(backfills, spec, flags, terminal);
        else await startAndStay(backfills, spec, flags, terminal);
      });
    });
}

async function report(backfills: Backfills, spec: BackfillSpec, flags: BackfillFlags, terminal: Terminal): Promise<void> {
  const partitions = await backfills.report(spec);
  const runs = partitions.filter(({ status }) => spec.rerun === 'all' || status !== 'succeeded').length;
  if (flags.json === true) {
    terminal.out(JSON.stringify({ pipeline: spec.pipeline, name: spec.name, partitions, wouldRun: runs }, null, 2));
    return;
  }
  terminal.out(partitionTable(partitions));
  const verb = flags.dryRun === true ? 'would run' : 'have not succeeded';
  terminal.out(`Back-fill ${spec.name}: ${partitions.length} partitions, ${runs} ${verb}.`);
}

async function steer(backfills: Backfills, spec: BackfillSpec, flags: BackfillFlags, terminal: Terminal): Promise<void> {
  const { pipeline, name } = spec;
  if (flags.cancel === true) await backfills.cancel(pipeline, name);
  else await answeredFor(flags, spec, backfills.pause(pipeline, name, { paused: true, by: flags.by }));
  const done = flags.cancel === true ? 'cancelled' : 'paused';
  if (flags.json === true) terminal.out(JSON.stringify({ pipeline, name, done }));
  else terminal.out(`Back-fill ${name} of ${pipeline} is ${done}${done === 'paused' ? '; --resume lets it go on' : ''}.`);
}

async function startAndStay(backfills: Backfills, spec: BackfillSpec, flags: BackfillFlags, terminal: Terminal): Promise<void> {
  const { pipeline, name } = spec;
  const underWay = flags.resume === true && (await backfills.state(pipeline, name)) === 'RUNNING';
  if (underWay) await answeredFor(flags, spec, backfills.pause(pipeline, name, { paused: false, by: flags.by }));
  else await backfills.start(spec);
  const json = flags.json === true;
  if (!json) terminal.out(`${underWay ? 'Resumed' : 'Started'} back-fill ${name} of ${pipeline}.`);
  if (flags.detach === true) {
    if (json) terminal.out(JSON.stringify({ pipeline, name, done: 'started' }));
    return;
  }
  const end = await follow(backfills, spec, flags, terminal);
  const partitions = await backfills.report(spec);
  if (json) terminal.out(JSON.stringify({ ...end, partitions }, null, 2));
  else {
    terminal.out(partitionTable(partitions));
    for (const { partition, code, message } of end.failures) terminal.note(`${partition}: ${code} ${message}`);
    terminal.out(`Back-fill ${name} has ${end.status}: ${countsLine(end)}.`);
    if (end.status !== 'succeeded') terminal.out('The same command runs again what has not succeeded.');
  }
  terminal.exitCode = end.status === 'succeeded' ? EXIT.ok : EXIT.failed;
}

/** Prints the counts whenever they change, until the end. */
async function follow(
  backfills: Backfills,
  spec: BackfillSpec,
  flags: BackfillFlags,
  terminal: Terminal,
): Promise<BackfillStatus> {
  let told = '';
  for (;;) {
    const state = await backfills.state(spec.pipeline, spec.name);
    const status = await answeredFor(flags, spec, backfills.status(spec.pipeline, spec.name));
    const line = `${new Date().toISOString().slice(11, 19)} ${status.status}: ${countsLine(status)}`;
    if (flags.json !== true && line.slice(9) !== told) terminal.out(line);
    told = line.slice(9);
    if (state !== 'RUNNING' && state !== 'CONTINUED_AS_NEW')
      return state === 'TERMINATED' ? { ...status, status: 'cancelled' } : status;
    await sleep(LOOK_MS);
  }
}

async function answeredFor<T>(flags: ConnectionFlags, { pipeline, name }: BackfillSpec, answer: Promise<T>): Promise<T> {
  const { backfillId } = await import('../../../contracts/entities/backfill.js');
  return answered(connectionSettings(flags), backfillId(pipeline, name), answer);
}
